import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where the real data lies that tests use and the repository does not hold. */
const SHARED = process.env.TRIBUTARY_DATA ?? resolve(import.meta.dirname, "../../../shared/data");

export const sharedData = (name: string): string => join(SHARED, name);

/** Whether the data is there; says so, once per file of tests, where it is not. */
export function hasSharedData(name: string): boolean {
  const there = existsSync(sharedData(name));
  if (!there) console.warn(`skipped: the shared data has no ${name} (set TRIBUTARY_DATA to its folder)`);
  return there;
}
