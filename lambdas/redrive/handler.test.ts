import { describe, expect, it } from "vitest";
import { packRows } from "#adapters/aws/pack-rows.ts";
import type { LakeTable } from "#contracts/lake.ts";
import { redriveHandler } from "./handler.ts";

/** As Firehose writes it: a line for each record it was given. */
const errorFile = (...records: readonly (readonly object[])[]): string => errorFileOf("events_log", ...records);

const errorFileOf = (table: LakeTable, ...records: readonly (readonly object[])[]): string =>
  records
    .flatMap((rows) => packRows(table, rows))
    .map((data) => {
      const said = { attemptsMade: 1, errorCode: "DataFormatConversion.InvalidSchema", arrivalTimestamp: 1 };
      return `${JSON.stringify({ ...said, rawData: data.toString("base64") })}\n`;
    })
    .join("");

const longTime = { getRemainingTimeInMillis: () => 900_000 };

/** Every port appends to one list. `dies` is the call that does not come back. */
function recordingWorld(files: Readonly<Record<string, string>>, dies?: string) {
  const kept = new Map(Object.entries(files));
  const happened: string[] = [];
  const put: object[] = [];
  const say = (what: string): void => {
    happened.push(what);
    if (what === dies) throw new Error("killed");
  };
  const handler = redriveHandler({
    objects: {
      list: async (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)).sort(),
      read: async (key) => kept.get(key) ?? "",
      remove: async (keys) => {
        say(`remove ${keys.join(" ")}`);
        for (const key of keys) kept.delete(key);
      },
    },
    append: async (table, rows) => {
      say(`append ${rows.length} to ${table}`);
      put.push(...rows);
    },
  });
  return { handler, happened, put, kept };
}

const A = "errors/events_log/format-conversion-failed/dt=2026-11-01/a";
const B = "errors/events_log/format-conversion-failed/dt=2026-11-02/b";
const OTHER = "errors/bad_events/format-conversion-failed/dt=2026-11-02/c";

describe("the redrive function", () => {
  it("puts every row of every record back, then removes its file, of that table only", async () => {
    const files = {
      [A]: errorFile([{ message_id: "1" }, { message_id: "2" }], [{ message_id: "é\n" }]),
      [B]: errorFile([{ message_id: "4" }]),
      [OTHER]: errorFileOf("bad_events", [{ bad_event_id: "x" }]),
    };
    const { handler, happened, put, kept } = recordingWorld(files);
    expect(await handler({ table: "events_log" }, longTime)).toEqual({
      table: "events_log",
      files: 2,
      rows: 4,
      left: [],
      more: false,
    });
    expect(happened).toEqual(["append 3 to events_log", `remove ${A}`, "append 1 to events_log", `remove ${B}`]);
    expect(put).toEqual(["1", "2", "é\n", "4"].map((message_id) => ({ message_id })));
    expect([...kept.keys()]).toEqual([OTHER]);
  });

  it("puts back by their columns' names what was sent under keys, and what was sent under names before", async () => {
    const row = { message_id: "1", event: "Order Completed", plan_status: "planned", position: 0 };
    const sent = packRows("events_log", [row]).map(String);
    expect(sent.join("")).not.toContain("message_id");
    const records = [...sent, JSON.stringify(row)].map((text) => Buffer.from(text).toString("base64"));
    const { handler, put } = recordingWorld({ [A]: records.map((rawData) => JSON.stringify({ rawData })).join("\n") });
    await handler({ table: "events_log" }, longTime);
    expect(put).toEqual([row, row]);
  });

  it("leaves a file of which it cannot read every row, says why, and goes on", async () => {
    const files = {
      [A]: `${errorFile([{ message_id: "1" }])}{"attemptsMade":1}\n`,
      [B]: errorFile([{ message_id: "2" }]),
    };
    const { handler, put, kept } = recordingWorld(files);
    const report = await handler({ table: "events_log" }, longTime);
    expect(report).toMatchObject({ files: 1, rows: 1, left: [{ key: A, why: expect.stringContaining("line 2") }] });
    expect(put).toEqual([{ message_id: "2" }]);
    expect([...kept.keys()]).toEqual([A]);
  });

  it("loses nothing where it dies: what was not removed is put back again", async () => {
    for (const dies of ["append 1 to events_log", `remove ${A}`]) {
      const { handler, kept } = recordingWorld({ [A]: errorFile([{ message_id: "1" }]) }, dies);
      await expect(handler({ table: "events_log" }, longTime)).rejects.toThrow("killed");
      expect([...kept.keys()]).toEqual([A]);
    }
  });

  it("stops while there is time to say so", async () => {
    const { handler, happened } = recordingWorld({ [A]: errorFile([{ message_id: "1" }]) });
    const report = await handler({ table: "events_log" }, { getRemainingTimeInMillis: () => 1_000 });
    expect(report).toMatchObject({ files: 0, more: true });
    expect(happened).toEqual([]);
  });

  it.each([undefined, null, {}, { table: "__proto__" }, { table: "events" }])(
    "asks for a table, given %j",
    async (event) => {
      await expect(recordingWorld({}).handler(event, longTime)).rejects.toThrow("say which table");
    },
  );
});
