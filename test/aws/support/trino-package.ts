import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * The last version whose server Maven Central carries; what came after is published elsewhere. The core without any
 * connector and the one connector that is wanted are half as large as the whole server.
 */
const VERSION = "476";
const CORE = `io.trino:trino-server-core:${VERSION}:tar.gz`;
const HIVE = `io.trino:trino-hive:${VERSION}:zip`;
const UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:unpack";
/** Of Java, as this version of Trino says. */
export const LEAST_JAVA = 24;

const CACHE = fileURLToPath(new URL("../../../.cache/", import.meta.url));
const FETCHING_MS = 240_000;

/** The folder of an unpacked server. */
export interface TrinoPackage {
  readonly version: string;
  readonly lib: string;
  readonly plugins: string;
}

/** Fetches the server with Maven where it is not there yet. Answers why it cannot be had, or where it lies. */
export async function trinoPackage(): Promise<TrinoPackage | { readonly missing: string }> {
  const home = join(CACHE, `trino-${VERSION}`);
  const there = {
    version: VERSION,
    lib: join(home, `trino-server-core-${VERSION}`, "lib"),
    plugins: join(home, "plugins"),
  };
  if (existsSync(home)) return there;
  if ((await run("mvn", ["--version"]).catch(() => undefined)) === undefined) {
    return { missing: "Maven is not installed, which fetches Trino" };
  }
  const unfinished = join(CACHE, `.trino-${VERSION}-${process.pid}`);
  mkdirSync(CACHE, { recursive: true });
  try {
    await unpack(CORE, unfinished, unfinished);
    await unpack(HIVE, join(unfinished, "plugins"), unfinished);
    renameSync(unfinished, home);
    return there;
  } catch (error) {
    if (existsSync(home)) return there; // Somebody else was faster.
    return { missing: `Trino could not be fetched: ${reasonOf(error)}` };
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Maven leaves marks of its own in `beside`, where nothing takes them for a plugin. */
async function unpack(artifact: string, folder: string, beside: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const options = [`-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`, "-Dmdep.overWriteReleases=true"];
  await run("mvn", ["--batch-mode", "--quiet", UNPACK, ...options], {
    cwd: beside,
    timeout: FETCHING_MS,
    maxBuffer: 16 * 1024 * 1024,
  });
}

/** The first line that tells something: Maven's own are many. */
function reasonOf(error: unknown): string {
  const { stdout = "", message = String(error) } = error as { readonly stdout?: string; readonly message?: string };
  const told = stdout.split("\n").find((line) => line.includes("[ERROR]"));
  return (told ?? message.split("\n")[0] ?? "").trim();
}
