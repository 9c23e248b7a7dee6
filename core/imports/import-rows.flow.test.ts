import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryImportLedger } from "#adapters/memory/import-ledger.ts";
import { memoryIntake } from "#adapters/memory/intake.ts";
import type { IntakeBatch } from "#core/events/ports.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { beginImport } from "./begin-import.ts";
import { csvRow } from "./csv-rows.ts";
import { csvSplitter } from "./csv-splitter.ts";
import type { FileRow } from "./file-row.ts";
import type { ImportProgress } from "./import-progress.ts";
import { importRows, rehearseImport } from "./import-rows.flow.ts";
import { type ImportPlan, readMapping } from "./row-plan.ts";

const settings = { normalise: normaliserFor(defaultIdentityRules) };
const NOW = Date.UTC(2026, 0, 1);

function planned(rows: readonly unknown[]): ImportPlan {
  const plan = readMapping({ name: "orders", source: "shop", rows });
  if (isRejection(plan)) throw new Error(plan.message);
  return plan;
}

const ORDERS = planned([
  {
    type: "track",
    event: "'Order Completed'",
    userId: "customer",
    timestamp: "date",
    properties: { revenue: "$number(amount)", currency: "'EUR'" },
  },
]);

function begun(plan: ImportPlan): ImportProgress {
  const progress = beginImport(plan, { file: "orders.csv", contentHash: "hash" }, [], NOW, false);
  if (isRejection(progress)) throw new Error(progress.message);
  return progress;
}

async function* batchesOf(text: string, batchSize = 1_000): AsyncIterable<readonly FileRow[]> {
  const splitter = csvSplitter(",");
  const records = [...splitter.push(text), ...splitter.end()];
  const rows = records.map((record, at) => csvRow(record, at + 1, ["customer", "date", "amount"]));
  for (let at = 0; at < rows.length; at += batchSize) yield rows.slice(at, at + batchSize);
}

const orders = (count: number): string =>
  Array.from({ length: count }, (_, n) => (n % 97 === 3 ? `c${n},2026-01-0x,1` : `c${n % 50},2025-12-01,${n}.25`)).join(
    "\n",
  );

/** Everything in order, as text: what must not depend on how often an import was killed. */
const contentOf = (batches: readonly IntakeBatch[]) => ({
  events: new Map(batches.flatMap(({ events }) => events.map((event) => [event.messageId, JSON.stringify(event)]))),
  badEvents: new Map(batches.flatMap(({ badEvents }) => badEvents.map((bad) => [bad.id, JSON.stringify(bad)]))),
});

describe("importing rows", () => {
  it("maps, admits and appends; what fails is a bad event with its row number, and touches no other", async () => {
    const intake = memoryIntake();
    const ports = { intake, ledger: memoryImportLedger(), clock: () => NOW + 5 };
    const text = 'ana,2025-12-01,10\nbob,2025-12-01,ten\n"x"y\n,2025-12-01,3\ncarl,1/12/2025,4\ndora,2025-12-02,0.5';
    const done = await importRows(batchesOf(text), ORDERS, begun(ORDERS), ports, settings);

    const { events, badEvents } = intake.batches[0] as IntakeBatch;
    expect(events.map(({ userId, eventTime, properties }) => [userId, eventTime, properties.revenue])).toEqual([
      ["ana", Date.UTC(2025, 11, 1), 10],
      ["dora", Date.UTC(2025, 11, 2), 0.5],
    ]);
    expect(badEvents.map(({ code, position, problems }) => [code, position, problems[0]?.message])).toEqual([
      ["import.bad_mapping", 2, '`$number(amount)`: Unable to cast value to a number: "ten" (line 2)'],
      ["import.bad_row", 3, "text after a closing quote (line 3)"],
      ["event.no_identity", 4, "userId or anonymousId is needed"],
      [
        "import.bad_mapping",
        5,
        '`date`: a time is expected (2017-01-28, 2017-01-28T19:06:53Z or epoch milliseconds); got "1/12/2025" (line 5)',
      ],
    ]);
    expect(done).toMatchObject({ rowsDone: 6, finishedAt: NOW + 5, tally: { rows: 6, events: 2, badEvents: 4 } });
    expect(done.tally.revenue).toEqual({ EUR: { sum: 10.5, lost: 0 } });
  });

  it("goes on after a death at any call of any port, and ends with the same as if it had not died", async () => {
    const text = orders(4_500);
    const whole = memoryIntake();
    const clock = () => NOW;
    await importRows(
      batchesOf(text),
      ORDERS,
      begun(ORDERS),
      { intake: whole, ledger: memoryImportLedger(), clock },
      settings,
    );
    const expected = contentOf(whole.batches);
    expect(expected.events.size + expected.badEvents.size).toBe(4_500);

    for (let deadly = 0; ; deadly++) {
      const intake = memoryIntake();
      const ledger = memoryImportLedger();
      let calls = 0;
      const dies = (): void => {
        if (calls++ === deadly) throw new Error("killed");
      };
      const dying = {
        // Dies after the batch became durable, before anybody hears of it.
        intake: { append: async (batch: IntakeBatch) => intake.append(batch).then(dies) },
        // And after the ledger knows.
        ledger: { ...ledger, put: async (progress: ImportProgress) => ledger.put(progress).then(dies) },
        clock,
      };
      const first = importRows(batchesOf(text, 700), ORDERS, begun(ORDERS), dying, settings);
      const died = await first.then(
        () => false,
        () => true,
      );
      const progress = (await ledger.list())[0] ?? begun(ORDERS);
      if (died) await importRows(batchesOf(text, 333), ORDERS, progress, { intake, ledger, clock }, settings);
      expect(contentOf(intake.batches)).toEqual(expected);
      const [kept] = await ledger.list();
      expect(kept?.tally).toMatchObject({
        rows: 4_500,
        events: expected.events.size,
        badEvents: expected.badEvents.size,
      });
      if (!died) break;
    }
  });

  it("accounts for every row of any text: events and bad events are the rows", async () => {
    const unit = fc.constantFrom('"', ",", "\n", "a", "1", "2025-12-01", "é", ",2025-12-01,7\n", "u9");
    await fc.assert(
      fc.asyncProperty(fc.string({ unit, maxLength: 60 }), async (text) => {
        const intake = memoryIntake();
        const ports = { intake, ledger: memoryImportLedger(), clock: () => NOW };
        const { tally } = await importRows(batchesOf(text, 3), ORDERS, begun(ORDERS), ports, settings);
        expect(tally.events + tally.badEvents).toBe(tally.rows);
        const appended = contentOf(intake.batches);
        expect([appended.events.size, appended.badEvents.size]).toEqual([tally.events, tally.badEvents]);
      }),
      { numRuns: 500 },
    );
  });

  it("gives each row the events of its rules: some, none, by JSONata where a plain function will not do", async () => {
    const plan = planned([
      { type: "identify", userId: "customer", traits: '{"city": $split(date, "-")[0]}', messageId: "'i' & $row" },
      {
        type: "track",
        when: "$number(amount) > 5",
        userId: "customer",
        event: "'Big'",
        properties: { list: ["amount", 1, { deep: "$exists(date)" }] },
      },
    ]);
    const intake = memoryIntake();
    const ports = { intake, ledger: memoryImportLedger(), clock: () => NOW };
    const done = await importRows(batchesOf("ana,x-y,10\nbob,z,1\ncarl,,9"), plan, begun(plan), ports, settings);
    expect(done.tally).toMatchObject({ rows: 3, events: 5, badEvents: 0, skipped: 1 });
    const events = (intake.batches[0] as IntakeBatch).events;
    expect(events.map(({ messageId, traits, properties }) => [messageId.slice(0, 4), traits, properties])).toEqual([
      ["i1", { city: "x" }, {}],
      ["row-", {}, { list: ["10", 1, { deep: true }] }],
      ["i2", { city: "z" }, {}],
      ["i3", {}, {}],
      ["row-", {}, { list: ["9", 1, { deep: false }] }],
    ]);
  });

  it("rehearses the first rows only, where asked", async () => {
    const { tally, rowsDone } = await rehearseImport(batchesOf(orders(3_000)), ORDERS, begun(ORDERS), settings, 1_700);
    expect([tally.rows, rowsDone]).toEqual([1_700, 1_700]);
  });
});
