import { isBuiltin } from "node:module";
import { type BuildOptions, build } from "esbuild";
import { describe, expect, it } from "vitest";
import { codeFiles, ROOT } from "./source-file.ts";

/**
 * The most that each function's own code and its packages may be, in bytes, without the AWS SDK: what a cold start has
 * to read and compile. A little above what they are, so that whoever makes one larger says so here.
 */
const BUDGETS: Readonly<Record<string, number>> = {
  api: 545_000,
  collect: 280_000,
  project: 125_000,
  resolve: 135_000,
  "run-campaign": 275_000,
  send: 110_000,
};

/** What has no business in a function: the cloud's description, the other runtime, tests and their tools. */
const FORBIDDEN =
  /^(?:lib|local|bin|test|bench|adapters\/(?:local|memory))\/|\.test\.ts$|node_modules\/(?:aws-cdk-lib|constructs|cdk-nag|vitest|fast-check|esbuild|typescript|@duckdb|@polyglot-sql|@segment)\//;

interface Bundle {
  readonly bytes: number;
  /** The files in it. */
  readonly inputs: readonly string[];
  /** What it expects where it runs. */
  readonly asks: readonly string[];
}

async function bundle(what: Pick<BuildOptions, "entryPoints" | "stdin">): Promise<Bundle> {
  const { metafile } = await build({
    ...what,
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    external: ["@aws-sdk/*"],
    outfile: "bundle.mjs",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  if (output === undefined) throw new Error("esbuild wrote nothing");
  const held = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    bytes: output.bytes,
    inputs: held.map(([path]) => path),
    asks: [...new Set(output.imports.map(({ path }) => path))],
  };
}

const misplaced = ({ inputs }: Bundle): readonly string[] => inputs.filter((path) => FORBIDDEN.test(path));
const unmet = ({ asks }: Bundle): readonly string[] =>
  asks.filter((path) => !isBuiltin(path) && !path.startsWith("@aws-sdk/"));

const functions = codeFiles.flatMap(({ path }) => /^lambdas\/([^/]+)\/index\.ts$/.exec(path)?.[1] ?? []);

describe.each(functions)("the bundle of %s", (name) => {
  it("keeps to its budget and holds nothing that does not run in Lambda", async () => {
    const made = await bundle({ entryPoints: [`lambdas/${name}/index.ts`] });
    expect(misplaced(made)).toEqual([]);
    expect(unmet(made)).toEqual([]);
    expect(made.inputs).toContain(`lambdas/${name}/handler.ts`);
    expect(made.bytes).toBeGreaterThan(10_000);
    expect(made.bytes).toBeLessThanOrEqual(BUDGETS[name] ?? 0);
  });
});

describe("the law of bundles", () => {
  const of = (contents: string) => bundle({ stdin: { contents, resolveDir: ROOT, loader: "ts" } });

  it("sees what has no business there", async () => {
    expect(misplaced(await of('export { Node } from "constructs";'))).not.toEqual([]);
    expect(misplaced(await of('export { startHttpServer } from "./local/http-server.ts";'))).not.toEqual([]);
    expect(misplaced(await of('export { settings } from "./contracts/settings.ts";'))).toEqual([]);
  });

  it("sees what is not there where it runs", async () => {
    expect(unmet({ bytes: 1, inputs: [], asks: ["@duckdb/node-api", "node:fs", "@aws-sdk/client-s3"] })).toEqual([
      "@duckdb/node-api",
    ]);
  });
});
