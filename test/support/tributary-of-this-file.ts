import { afterAll, beforeAll, expect } from "vitest";
import { newDataFolder, removeDataFolder, startTributary, type TributaryProcess } from "./tributary-process.ts";

/** A server that is there while a file's tests run. */
export interface TributaryOfThisFile extends Omit<TributaryProcess, "stop" | "kill"> {
  /** Its data folder, which goes with it. */
  readonly data: string;
}

/** Starts before the file's first test, and must have ended well after its last: what is there to be asked from then on. */
export function tributaryOfThisFile(): TributaryOfThisFile {
  const data = newDataFolder();
  let running: TributaryProcess;
  beforeAll(async () => {
    running = await startTributary(data);
  });
  afterAll(async () => {
    expect(await running?.stop()).toBe(0);
    removeDataFolder(data);
  });
  return {
    data,
    get url() {
      return running.url;
    },
    get writeKey() {
      return running.writeKey;
    },
    get token() {
      return running.token;
    },
    get pid() {
      return running.pid;
    },
    api: (...asked) => running.api(...asked),
    send: (...sent) => running.send(...sent),
    rows: (sql) => running.rows(sql),
  };
}
