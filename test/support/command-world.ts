import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect } from "vitest";
import type { Json } from "#core/kernel/json.ts";
import { rejection } from "#core/kernel/rejection.ts";
import type { CommandWorld as World } from "#local/management-command.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "./api-world.ts";

/** What a command answered its process with, and wrote. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandWorld {
  /** The API that the command asks: a new one for each test. */
  readonly api: ApiWorld;
  readonly folder: string;
  /** Writes a file into the folder, and answers its path. */
  file(name: string, text: string): string;
  /** `--url nowhere` is refused before anything is opened, `--url down` cannot be reached. */
  run(...args: readonly string[]): Promise<Ran>;
  /** How often the API was opened in this test, and closed again: `run` sees to that. */
  readonly opened: number;
}

/** Where a command of the management API is run in a file's tests, against an API over a lake of its own. */
export async function commandWorld(
  command: (args: readonly string[], world: World) => Promise<number>,
): Promise<CommandWorld> {
  const lake = await duckDbLake();
  const folder = mkdtempSync(join(tmpdir(), "tributary-command-"));
  let api: ApiWorld;
  let opened: number;
  let closed: number;
  beforeEach(async () => {
    api = await apiWorld(lake);
    opened = 0;
    closed = 0;
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    lake.close();
  });
  const open: World["open"] = async ({ url }) => {
    if (url === "nowhere") return rejection("target.bad_options", "--url expects an address.");
    opened++;
    return {
      ask: async (method, path, body, headers) => {
        if (url === "down") throw new Error("it cannot be reached: no route");
        // As it travels: without what is undefined.
        const sent = body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as Json);
        const answer = await api.ask(method, path, sent, headers);
        return { status: answer.status, body: answer.body, headers: new Headers() };
      },
      close: async () => {
        closed++;
      },
    };
  };
  return {
    get api() {
      return api;
    },
    folder,
    file: (name, text) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    run: async (...args) => {
      const [stdout, stderr] = [sink(), sink()];
      const code = await command(args, { open, stdout, stderr });
      expect(closed).toBe(opened);
      return { code, stdout: stdout.text(), stderr: stderr.text() };
    },
    get opened() {
      return opened;
    },
  };
}

function sink() {
  let text = "";
  return {
    write: (more: string) => {
      text += more;
    },
    text: () => text,
  };
}
