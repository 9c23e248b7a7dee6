import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const INSTALLED = "/usr/lib/jvm";

/**
 * A `java` of this major version or a newer one: of `JAVA_HOME`, on the path, or installed beside these, as systems do
 * that keep an older one as their default. `undefined` where none is new enough.
 */
export function javaSince(least: number): string | undefined {
  return candidates().find((java) => majorOf(java) >= least);
}

function candidates(): readonly string[] {
  const home = process.env.JAVA_HOME;
  const beside = namesIn(INSTALLED).map((name) => join(INSTALLED, name, "bin", "java"));
  return [...(home === undefined || home === "" ? [] : [join(home, "bin", "java")]), "java", ...beside];
}

/** The major version it tells of itself; 0 where it is none or does not start. */
function majorOf(java: string): number {
  try {
    const told = execFileSync(java, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 30_000,
    });
    return Number(/^\S+ (\d+)/.exec(told)?.[1] ?? 0);
  } catch {
    return 0; // Not there, or no Java: the next one is looked at.
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // A system that keeps them elsewhere.
  }
}
