import { openApi } from "#contracts/http/openapi.ts";
import type { SERVICE_ROUTES } from "#contracts/http/service.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Acts } from "./act.ts";

export const serviceActs: Acts<typeof SERVICE_ROUTES> = {
  health: async ({ clock, dialect }) => ({ status: "ok", time: isoTime(clock()), dialect }),
  openapi: async () => openApi(),
};
