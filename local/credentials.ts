import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import * as z from "zod";

/** What a person needs to use one installation. Made once, kept in the data folder, readable by its owner only. */
const Credentials = z.object({
  /** For everything under `/api`. */
  token: z.string().min(20),
  /** Write key by source id. `default` is always there. */
  writeKeys: z.record(z.string(), z.string().min(16)),
});
export type Credentials = Readonly<z.infer<typeof Credentials>>;

/** 192 random bits: nobody guesses it. */
export const newSecret = (): string => randomBytes(24).toString("base64url");

/** Reads the credentials, and makes what is not there yet: the token, and a write key for each source asked for. */
export function openCredentials(path: string, sources: readonly string[]): Credentials {
  const known = existsSync(path) ? Credentials.parse(JSON.parse(readFileSync(path, "utf8"))) : undefined;
  const missing = sources.filter((id) => known?.writeKeys[id] === undefined);
  if (known !== undefined && missing.length === 0) return known;
  const made = Object.fromEntries(missing.map((id) => [id, newSecret()]));
  const credentials = { token: known?.token ?? newSecret(), writeKeys: { ...known?.writeKeys, ...made } };
  // Written beside and moved into place: a half-written file would lock its owner out.
  writeFileSync(`${path}.new`, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return credentials;
}
