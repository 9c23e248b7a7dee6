import { rejection } from "#core/kernel/rejection.ts";
import type { Imports } from "./ports.ts";

const notHere = async () =>
  rejection("import.not_served_here", "files are taken in by the one-machine runtime for now: npm run local -- import");

/** In the cloud no function takes files in yet, and it says so. */
export const noImports: Imports = { list: notHere, start: notHere };
