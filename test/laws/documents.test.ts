import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DOCUMENTS = globSync("{*.md,docs/**/*.md}", { cwd: ROOT }).sort();
const ROOMS = "core|contracts|adapters|lambdas|lib|local|bin|docs|test|bench|mappings";

const textOf = (document: string): string => readFileSync(join(ROOT, document), "utf8");
const found = (document: string, pattern: RegExp): readonly string[] =>
  [...textOf(document).matchAll(pattern)].map(([, name]) => name ?? "");

describe.each(DOCUMENTS)("%s", (document) => {
  it("links to what is there", () => {
    const links = found(document, /\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(document), link)))).toEqual([]);
  });

  it("names files that are there", () => {
    // What stands for many (`lambdas/*/handler.ts`, `lambdas/<name>/`) names none of them.
    const paths = found(document, new RegExp(`\`((?:${ROOMS})/[\\w./-]+)\``, "g"));
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("names scripts that there are", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const asked = found(document, /\bnpm run ([\w:-]+)/g);
    expect(asked.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  it("names no place on anybody's machine", () => {
    expect(textOf(document)).not.toMatch(/(?:^|[\s"'`(])\/(?:home|root|work|tmp|Users)\//m);
  });
});
