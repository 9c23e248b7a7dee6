import type { IMPORT_ROUTES } from "#contracts/http/imports.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import type { Acts } from "./act.ts";

export const importActs: Acts<typeof IMPORT_ROUTES> = {
  listImports: async (ports) => {
    const jobs = await ports.imports.list();
    return isRejection(jobs) ? jobs : { imports: [...jobs] };
  },
  startImport: (ports, { body }) => ports.imports.start(body),
};
