import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "#adapters/local/database.ts";
import { openInbox } from "#adapters/local/inbox.ts";
import { DEFINITIONS_SCHEMA, sqliteDefinitions } from "#adapters/local/sqlite-definitions.ts";
import type { RecoveryClaim, RecoveryPorts } from "#core/events/recovery/ports.ts";
import { recoverBadEvents } from "#core/events/recovery/recover-bad-events.flow.ts";
import { RecoveryRule } from "#core/events/recovery/rule.ts";
import { collected, RECEIVED, recoveryWorld } from "#test/support/recovery-world.ts";

/** What a machine keeps, opened as a new process opens it. The process dies at one call, before or after it was done. */
function opened(folder: string, diesAt: number, after: boolean) {
  const database = openDatabase(join(folder, "definitions.db"), DEFINITIONS_SCHEMA);
  const inbox = openInbox(join(folder, "inbox.db"));
  const claims = sqliteDefinitions<RecoveryClaim>(database, "recovery", () => RECEIVED);
  let calls = 0;
  const die = async <T>(call: () => Promise<T>): Promise<T> => {
    const isLast = calls++ === diesAt;
    if (isLast && !after) throw new Error("died");
    const answered = await call();
    if (isLast) throw new Error("died");
    return answered;
  };
  const ports: RecoveryPorts = {
    ...recoveryWorld().ports,
    intake: { append: (batch) => die(() => inbox.intake.append(batch)) },
    claims: {
      get: (id) => die(() => claims.get(id)),
      put: (id, claim, expected) => die(() => claims.put(id, claim, expected)),
    },
  };
  const close = (): void => {
    inbox.close();
    database.close();
  };
  return { ports, inbox, close };
}

it("brings each event in once on one machine's stores, wherever the process dies and whatever rules come next", async () => {
  const nameless = { type: "track", userId: "u1", name: "Seen" };
  const { badEvents } = await collected({ batch: ["a", "b"].map((messageId) => ({ ...nameless, messageId })) });
  const by = (value: string) => [RecoveryRule.parse({ do: "set", path: "event", value })];
  for (let diesAt = 0; diesAt < 8; diesAt++) {
    for (const after of [false, true]) {
      const folder = mkdtempSync(join(tmpdir(), "tributary-recovery-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const first = opened(folder, diesAt, after);
      await recoverBadEvents(first.ports, badEvents, { rules: by("First"), dryRun: false }).catch(() => undefined);
      first.close();
      const second = opened(folder, -1, false);
      await recoverBadEvents(second.ports, badEvents, { rules: by("Second"), dryRun: false });
      const entries = second.inbox.after(0, 1e9).map(({ entry }) => entry);
      second.close();
      for (const id of ["a", "b"]) {
        const copies = entries.flatMap(({ events = [] }) => events.filter(({ messageId }) => messageId === id));
        expect(new Set(copies.map((event) => JSON.stringify(event))).size, `dies at ${diesAt}`).toBe(1);
      }
      // An event is never in without the row that says so.
      for (const { events = [], badEvents: rows = [] } of entries) {
        expect(rows.map(({ recovery }) => recovery?.as)).toEqual(events.map(({ messageId }) => messageId));
      }
    }
  }
});
