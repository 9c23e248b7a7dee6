import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Ministack, ROOT } from "./ministack.ts";
import { passOn } from "./pass-on.ts";

const run = promisify(execFile);

export interface Deployed {
  /** What each stack says of itself: `outputs.collect.Url`. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** The API, at an address that resolves. */
  readonly url: string;
  stop(): Promise<void>;
}

/** `cdk bootstrap` and `cdk deploy --all` of the test stage, by the very commands of `docs/operations.md`. */
export async function deploy(emulator: Ministack): Promise<Deployed> {
  const folder = mkdtempSync(join(tmpdir(), "tributary-deployment-"));
  const cdk = async (...args: readonly string[]): Promise<void> => {
    const options = { cwd: ROOT, env: emulator.environment, maxBuffer: 64 * 1024 * 1024 };
    await run(join(ROOT, "node_modules", ".bin", "cdk"), [...args, "--output", join(folder, "cdk.out")], options);
  };
  const outputs = join(folder, "outputs.json");
  try {
    await cdk("bootstrap", "aws://000000000000/us-east-1");
    await cdk("deploy", "--all", "-c", "stage=test", "--require-approval", "never", "--outputs-file", outputs);
    return await reach(emulator, JSON.parse(readFileSync(outputs, "utf8")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function reach(emulator: Ministack, raw: Readonly<Record<string, Record<string, string>>>): Promise<Deployed> {
  const outputs = Object.fromEntries(
    Object.entries(raw).map(([stack, values]) => [stack.replace(/^tributary-test-/, ""), values]),
  );
  const [apiId] = new URL(outputs.collect?.Url ?? "").hostname.split(".");
  // The emulator knows an API by its host name, which resolves nowhere; a client can be told an address only.
  const door = await passOn({ ...emulator, host: `${apiId}.execute-api.localhost:${emulator.port}` });
  return { outputs, url: door.url, stop: () => door.stop() };
}
