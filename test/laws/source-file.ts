import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ParseResult, parseSync } from "oxc-parser";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A file of the repository; its path starts at the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What the next commit may hold: what git tracks, and what it does not know yet and does not ignore. */
export const repositoryFiles: readonly SourceFile[] = execFileSync(
  "git",
  ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
  { cwd: ROOT, encoding: "utf8", maxBuffer: 16_000_000 },
)
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(ROOT, path)))
  .sort()
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

export const codeFiles: readonly SourceFile[] = repositoryFiles.filter(({ path }) => /\.m?ts$|\.mjs$/.test(path));

/** Beside the code or for it: tests, what they share, the tour. */
export const isTest = (path: string): boolean => /\.test\.ts$|^test\/|^docs\//.test(path);

export function parsed({ path, text }: SourceFile): ParseResult {
  const result = parseSync(path, text);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${path} cannot be parsed: ${error.message}`);
  return result;
}

/** Where a place in the text is, as people say it: line 1 is the first. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;

/** What a file imports, from anywhere, also for types only and while it runs. */
export function importsOf(file: SourceFile): readonly string[] {
  const { module } = parsed(file);
  return [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
    ...module.dynamicImports.map(({ moduleRequest }) =>
      file.text.slice(moduleRequest.start, moduleRequest.end).replaceAll(/["'`]/g, ""),
    ),
  ];
}
