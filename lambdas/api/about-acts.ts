import type { ABOUT_ROUTES } from "#contracts/http/about.ts";
import { openApi } from "#contracts/http/openapi.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Acts } from "./act.ts";

export const aboutActs: Acts<typeof ABOUT_ROUTES> = {
  health: async ({ clock, dialect }) => ({ status: "ok", time: isoTime(clock()), dialect }),
  openapi: async () => openApi(),
};
