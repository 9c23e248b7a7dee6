import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeLaw, type Law } from "./law.ts";
import { codeFiles, lineAt, parsed, ROOT, repositoryFiles } from "./source-file.ts";

const every = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(({ index, 0: found }) => `${found.trim()} in line ${lineAt(text, index)}`);

/** Somebody's home or workplace; what is temporary asks the system where. */
const noOnesMachine: Law = ({ text }) => every(text, /(?<=^|[\s"'`(=,>])\/(?:home|root|work|Users)\/[\w.-]+/gm);

/** Where packages come from is everybody's own setting. */
const noRegistry: Law = ({ text }) =>
  every(text, /https?:\/\/[\w.-]*(?:registry|artifactory|nexus|verdaccio|mirror)[\w.-]*[:/]/g);

const WAVED = /^\W*(?:biome-ignore|oxlint-(?:disable|enable)|eslint-(?:disable|enable)|@ts-)/;
const EXCUSED =
  /biome-ignore(?:-all|-start)? [\w/]+: \S.{9}|oxlint-disable(?:-next-line|-line)? [\w/()-]+ -- \S.{9}|@ts-expect-error:? \S.{9}|(?:biome-ignore-end|oxlint-enable)/;

const withReason: Law = (file) =>
  parsed(file)
    .comments.filter(({ value }) => WAVED.test(value) && !EXCUSED.test(value))
    .map(({ value, start }) => `${value.trim()} in line ${lineAt(file.text, start)}`);

const path = (...parts: readonly string[]): string => ["", ...parts].join("/");
const host = (name: string): string => `https:${path("", name, "")}`;

describeLaw("no file names a place on anybody's machine", {
  law: noOnesMachine,
  files: repositoryFiles,
  broken: {
    "core/a.ts": `const data = "${path("home", "ana", "data")}";`,
    "docs/b.md": `see ${path("root", "notes.md")}`,
    ".ci/run": `cd ${path("work", "main")}`,
    "cdk.json": `{"app":"${path("Users", "ana", "app")}"}`,
  },
  kept: {
    "core/a.ts": 'const route = "/v1/apps";',
    "docs/b.md": "https://example.org/home/work/ and lambdas/work/",
  },
});

describeLaw("no file names a registry", {
  law: noRegistry,
  files: repositoryFiles,
  broken: {
    ".npmrc": `registry=${host(["registry", "npmjs", "org"].join("."))}`,
    "package-lock.json": `"resolved": "${host(["npm", "mirror", "example"].join("."))}a.tgz"`,
  },
  kept: { "README.md": "https://www.npmjs.com/package/zod" },
});

describeLaw("what waves a tool aside says why", {
  law: withReason,
  files: codeFiles,
  broken: {
    "core/a.ts": "// biome-ignore lint/suspicious/noExplicitAny: any\nlet a: any;",
    "core/b.ts": "// oxlint-disable-next-line no-floating-promises\nwork();",
    "core/c.ts": "// @ts-expect-error\nwork();",
    "core/d.ts": "// @ts-ignore because it is so\nwork();",
    "core/e.ts": "/* eslint-disable */",
  },
  kept: {
    "core/a.ts": "// biome-ignore lint/suspicious/noExplicitAny: its properties have a thousand shapes\nlet a: any;",
    "core/b.ts": "// oxlint-disable-next-line no-floating-promises -- its failure is told to onDeath\nwork();",
    "core/c.ts": 'const text = "// @ts-ignore";',
  },
});

/** Names of dependencies whose version may become another without a commit. */
const loose = (dependencies: Readonly<Record<string, string>> = {}): readonly string[] =>
  Object.entries(dependencies).flatMap(([name, version]) =>
    /^\d+\.\d+\.\d+(?:-[\w.-]+)?$/.test(version) ? [] : [`${name}@${version}`],
  );

interface PackageJson {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  /** It comes inside the package that it is below, and is held by what that one holds. */
  readonly inBundle?: boolean;
}

interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

/** Packages of a lock that say where they lay, or do not say what they must hold. */
const unpinned = ({ packages }: Lock): readonly string[] =>
  Object.entries(packages)
    .filter(([name]) => name !== "")
    .filter(([, { resolved, integrity, inBundle }]) => resolved !== undefined || !(integrity ?? inBundle))
    .map(([name]) => name);

describe("dependencies", () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), "utf8"));

  it("have one version each", () => {
    const { dependencies, devDependencies } = read("package.json") as PackageJson;
    expect(loose({ a: "^1.0.0", b: "latest", c: "1.x", d: "1.5.6-r.1", e: "2.0.0" })).toHaveLength(3);
    expect(loose({ ...dependencies, ...devDependencies })).toEqual([]);
  });

  it("are locked by what they hold and not by where they lay", () => {
    expect(
      unpinned({ packages: { a: { resolved: "a.tgz", integrity: "sha512-a" }, b: {}, c: { inBundle: true } } }),
    ).toEqual(["a", "b"]);
    expect(unpinned(read("package-lock.json") as Lock)).toEqual([]);
  });
});
