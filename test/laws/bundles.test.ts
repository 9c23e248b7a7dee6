import { isBuiltin } from "node:module";
import { describe, expect, it } from "vitest";
import { type Bundle, functionBundle } from "#test/support/function-bundle.ts";
import { codeFiles, ROOT } from "./source-file.ts";

/**
 * The most that each function's own code and its packages may be, in bytes, without the AWS SDK: what a cold start has
 * to read and compile. A little above what they are, so that whoever makes one larger says so here.
 */
const BUDGETS: Readonly<Record<string, number>> = {
  // It tries out merges and splits before anybody says them, by the very code that writes profiles.
  api: 760_000,
  // Asked for; `npm run bench` says what it comes to in ms.
  collect: 250_000,
  compact: 60_000,
  compute: 165_000,
  project: 135_000,
  // It reads profiles, conditions, lists and computed traits, and the rules and definitions they go by.
  react: 200_000,
  redrive: 60_000,
  resolve: 145_000,
  // With the reading of rules in words: what it goes by must be what the others go by, or nothing.
  "run-campaign": 320_000,
  send: 40_000,
  snapshot: 300_000,
};

/** What has no business in a function: the cloud's description, the other runtime, tests and their tools. */
const FORBIDDEN =
  /^(?:lib|local|bin|test|bench|adapters\/(?:local|memory))\/|\.test\.ts$|node_modules\/(?:aws-cdk-lib|constructs|cdk-nag|vitest|fast-check|esbuild|typescript|@duckdb|@polyglot-sql|@segment)\//;

const misplaced = ({ inputs }: Bundle): readonly string[] => inputs.filter((path) => FORBIDDEN.test(path));
const unmet = ({ asks }: Pick<Bundle, "asks">): readonly string[] =>
  asks.filter((path) => !isBuiltin(path) && !path.startsWith("@aws-sdk/"));

const functions = codeFiles.flatMap(({ path }) => /^lambdas\/([^/]+)\/index\.ts$/.exec(path)?.[1] ?? []);

describe.each(functions)("the bundle of %s", (name) => {
  it("keeps to its budget and holds nothing that does not run in Lambda", async () => {
    const made = await functionBundle({ entryPoints: [`lambdas/${name}/index.ts`] });
    expect(misplaced(made)).toEqual([]);
    expect(unmet(made)).toEqual([]);
    expect(made.inputs).toContain(`lambdas/${name}/handler.ts`);
    expect(made.bytes).toBeGreaterThan(10_000);
    expect(made.bytes).toBeLessThanOrEqual(BUDGETS[name] ?? 0);
  });
});

/**
 * Who sends waits while the collector starts. zod's large half and the phone library's own tables are half a bundle by
 * themselves (see docs/decisions/0030-the-collector-starts-light.md), and each of Node's modules takes its milliseconds.
 */
describe("the collector starts light", () => {
  const HEAVY = /node_modules\/(?:zod\/v4\/classic|zod\/v4\/locales\/(?!en\.js)|libphonenumber-js\/(?:metadata|es6\/))/;
  const NODE = ["node:crypto", "node:module", "node:url", "node:zlib"];

  it("without what it can do without", async () => {
    const { inputs, asks } = await functionBundle({ entryPoints: ["lambdas/collect/index.ts"] });
    expect(inputs.filter((path) => HEAVY.test(path))).toEqual([]);
    expect(asks.filter((path) => isBuiltin(path) && !NODE.includes(path))).toEqual([]);
  });

  it.each(["zod", "libphonenumber-js/min", "libphonenumber-js/core"])("and not with %s", async (name) => {
    const contents = `import * as all from "${name}"; export const kept = all;`;
    const { inputs } = await functionBundle({ stdin: { contents, resolveDir: ROOT } });
    expect(inputs.filter((path) => HEAVY.test(path))).not.toEqual([]);
  });
});

describe("the law of bundles", () => {
  const of = (contents: string) => functionBundle({ stdin: { contents, resolveDir: ROOT, loader: "ts" } });

  it("sees what has no business there", async () => {
    expect(misplaced(await of('export { Node } from "constructs";'))).not.toEqual([]);
    expect(misplaced(await of('export { startHttpServer } from "./local/http-server.ts";'))).not.toEqual([]);
    expect(misplaced(await of('export { settings } from "./contracts/settings.ts";'))).toEqual([]);
  });

  it("sees what is not there where it runs", async () => {
    expect(unmet({ asks: ["@duckdb/node-api", "@aws-sdk/client-s3"] })).toEqual(["@duckdb/node-api"]);
  });
});
