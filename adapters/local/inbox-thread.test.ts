import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleEvent } from "#test/contracts/intake.ts";
import { openDatabase } from "./database.ts";
import { openInbox } from "./inbox.ts";
import { openInboxThread } from "./inbox-thread.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-inbox-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const batch = (...names: readonly string[]) => ({ events: names.map((name) => sampleEvent(name)), badEvents: [] });

/** A program that dies of the first thing it is asked. */
const DYING = new URL(
  `data:text/javascript,${encodeURIComponent(
    'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => { throw new Error("it died"); });',
  )}`,
);

function opened(program?: URL) {
  const path = join(folder, "inbox.db");
  const happened: string[] = [];
  const inbox = openInboxThread(
    path,
    () => happened.push("appended"),
    (error) => happened.push(String(error)),
    program,
  );
  const stored = (): readonly string[] => {
    const reader = openInbox(path);
    const entries = reader.after(0, Number.POSITIVE_INFINITY);
    reader.close();
    return entries.flatMap(({ entry }) => entry.events ?? []).map(({ messageId }) => messageId);
  };
  return { path, inbox, happened, stored };
}

describe("an inbox written by another thread", () => {
  it("has on disk what it resolved for, in order, however much is under way at once", async () => {
    const { inbox, stored } = opened();
    const names = Array.from({ length: 500 }, (_, nth) => `m${nth}`);
    const appends: Promise<void>[] = [];
    for (const name of names) {
      appends.push(inbox.intake.append(batch(name)));
      if (appends.length % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await appends[250];
    expect(stored().slice(0, 251)).toEqual(names.slice(0, 251));
    await Promise.all(appends);
    expect(stored()).toEqual(names);
    await inbox.close();
  });

  it("says that something came in after it is there", async () => {
    const { inbox, happened } = opened();
    await inbox.intake.append(batch("m1"));
    expect(happened).toEqual(["appended"]);
    await inbox.close();
  });

  it("writes what was appended before it is closed", async () => {
    const { inbox, stored } = opened();
    const appended = inbox.intake.append(batch("m1"));
    await inbox.close();
    await appended;
    expect(stored()).toEqual(["m1"]);
  });

  it("refuses what the disk refuses, and takes what comes when that is over", async () => {
    const { path, inbox, stored } = opened();
    await inbox.intake.append(batch("m1"));
    const other = openDatabase(path, "");
    other.exec("ALTER TABLE inbox RENAME TO elsewhere");
    await expect(inbox.intake.append(batch("m2"))).rejects.toThrow("inbox");
    other.exec("ALTER TABLE elsewhere RENAME TO inbox");
    other.close();
    await inbox.intake.append(batch("m3"));
    expect(stored()).toEqual(["m1", "m3"]);
    await inbox.close();
  });

  it("refuses what it had when its thread ends by itself, and writes the rest without it", async () => {
    const { inbox, happened, stored } = opened(DYING);
    await expect(inbox.intake.append(batch("m1"))).rejects.toThrow("has ended");
    expect(happened).toEqual(["Error: it died"]);
    await inbox.intake.append(batch("m2"));
    expect(stored()).toEqual(["m2"]);
    await inbox.close();
  });
});
