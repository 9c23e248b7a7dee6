import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What the AWS SDK is in a bundle: left out, all that is used of it, or classes of the same names that do nothing. */
export type Sdk = "left out" | "inside" | "empty";

export interface Bundle {
  readonly bytes: number;
  readonly code: Uint8Array;
  /** The files in it. */
  readonly inputs: readonly string[];
  /** What it expects where it runs: packages, and modules of Node's own. */
  readonly asks: readonly string[];
}

/** A function as it is deployed (`lib/constructs/tributary-function.ts` says how), or a piece of code made the same way. */
export async function functionBundle(
  what: Pick<BuildOptions, "entryPoints" | "stdin">,
  sdk: Sdk = "left out",
): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    ...what,
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    keepNames: true,
    format: "esm",
    platform: "node",
    target: "node24",
    mainFields: ["module", "main"],
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    external: sdk === "left out" ? ["@aws-sdk/*"] : [],
    plugins: sdk === "empty" ? [emptySdk] : [],
    outfile: "bundle.mjs",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  const [file] = outputFiles;
  if (output === undefined || file === undefined) throw new Error("esbuild wrote nothing");
  const held = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    bytes: output.bytes,
    code: file.contents,
    inputs: held.map(([path]) => path),
    asks: [...new Set(output.imports.map(({ path }) => path))],
  };
}

const emptySdk: Plugin = {
  name: "an SDK of empty classes",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^@aws-sdk\// }, ({ path }) => ({ path, namespace: "empty-sdk" }));
    onLoad({ filter: /./, namespace: "empty-sdk" }, async ({ path }) => {
      const names = Object.keys((await import(path)) as object).filter((name) => /^[A-Z]\w*$/.test(name));
      return { contents: names.map((name) => `export class ${name} {}`).join("\n") };
    });
  },
};
