import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { badEvent } from "#core/events/bad-event.ts";
import { openDatabase } from "./database.ts";
import { openInbox } from "./inbox.ts";
import { openInboxBacklog } from "./inbox-backlog.ts";

const folder = mkdtempSync(join(tmpdir(), "tributary-backlog-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("grows with what waits and shrinks with what is forgotten, though the file does not", async () => {
  const path = join(folder, "inbox.db");
  const inbox = openInbox(path);
  const backlog = openInboxBacklog(path);
  const empty = backlog.bytes();
  expect(empty).toBeLessThan(100_000);
  for (let position = 0; position < 20; position++) {
    const payload = "x".repeat(100_000);
    const bad = badEvent({ code: "event.unknown_key", problems: [], payload, receivedAt: 0, source: "shop", position });
    await inbox.intake.append({ events: [], badEvents: [bad] });
  }
  const full = backlog.bytes();
  expect(full - empty).toBeGreaterThan(2_000_000);
  expect(full - empty).toBeLessThan(2_400_000);
  await inbox.forget(inbox.newest());
  expect(backlog.bytes()).toBeLessThan(empty + 20_000);
  backlog.close();
  inbox.close();
});

it("forgets another time where somebody writes all the while, and goes on taking in", async () => {
  const path = join(folder, "busy.db");
  const inbox = openInbox(path);
  await inbox.intake.append({ events: [], badEvents: [] });
  const other = openDatabase(path, "");
  other.exec("BEGIN IMMEDIATE");
  await inbox.forget(inbox.newest());
  expect(inbox.after(0, 1_000)).toHaveLength(1);
  other.exec("ROLLBACK");
  other.close();
  await inbox.intake.append({ events: [], badEvents: [] });
  await inbox.forget(inbox.newest());
  expect(inbox.after(0, 1_000)).toEqual([]);
  inbox.close();
});
