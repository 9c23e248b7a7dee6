import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";
import { runLocal } from "#test/support/tributary-process.ts";

const tributary = tributaryOfThisFile();
const { data } = tributary;
const track = (messageId: string, more: object = {}): object => ({
  type: "track",
  event: "Seen",
  userId: "neighbour",
  messageId,
  ...more,
});

/** The message ids of the neighbours that must have come through, in the order of their sending. */
const neighbours: string[] = [];
function neighbour(): object {
  const messageId = `neighbour-${neighbours.length}`;
  neighbours.push(messageId);
  return track(messageId);
}

async function badEvents(): Promise<Readonly<Record<string, number>>> {
  return Object.fromEntries(await tributary.rows("SELECT code, count(*) FROM bad_events GROUP BY code"));
}

describe("bad requests are refused with a code", () => {
  const batch = { batch: [track("refused")] };
  const none = { authorization: "" };
  const wrong = { authorization: `Basic ${Buffer.from("wrong:").toString("base64")}` };
  it.each<[string, string, () => unknown, Record<string, string>, number, string]>([
    ["a wrong key", "/v1/batch", () => batch, wrong, 401, "key.unknown"],
    ["no key", "/v1/batch", () => batch, none, 401, "key.missing"],
    ["an unknown route", "/v1/nowhere", () => batch, {}, 404, "route.unknown"],
    ["broken JSON", "/v1/batch", () => '{"batch":[{"type"', {}, 400, "body.not_json"],
    ["no body", "/v1/batch", () => "", {}, 400, "body.empty"],
    ["a body over the limit", "/v1/batch", () => "x".repeat(600_000), {}, 413, "body.too_large"],
    ["a body over the gateway's limit", "/v1/batch", () => "x".repeat(11_000_000), {}, 413, "body.too_large"],
    ["a gzip bomb", "/v1/batch", () => gzipSync(Buffer.alloc(200_000_000)), {}, 413, "body.too_large"],
    ["gzip that is not gzip", "/v1/batch", () => Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), {}, 400, "body.bad_gzip"],
    ["too many events", "/v1/batch", () => ({ batch: Array(2_501).fill(0) }), {}, 413, "batch.too_long"],
  ])("%s", async (_what, path, body, headers, status, code) => {
    const answer = await tributary.send(path, body(), headers);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.message).toEqual(expect.any(String));
    expect(answer.body.requestId).toEqual(expect.any(String));
  });
  it.each(["GET", "PUT", "DELETE", "PATCH"])("events by %s", async (method) => {
    const response = await fetch(`${tributary.url}/v1/batch`, { method });
    expect([response.status, await response.json()]).toMatchObject([405, { code: "route.method" }]);
  });
  it("keeps those whose sender is known", async () => {
    await eventually(async () =>
      expect(await badEvents()).toEqual({
        "body.not_json": 1,
        "body.too_large": 2,
        "body.bad_gzip": 1,
        "batch.too_long": 1,
      }),
    );
  });
});

describe("bad events do not hold up their neighbours", () => {
  const deep = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);
  const bad: readonly (readonly [code: string, event: unknown])[] = [
    ["event.not_an_object", null],
    ["event.not_an_object", "text"],
    ["event.not_an_object", []],
    ["event.unknown_type", {}],
    ["event.unknown_type", { type: null, userId: "u" }],
    ["event.unknown_type", { type: 7, userId: "u" }],
    ["event.no_name", { type: "track", userId: "u" }],
    ["event.no_identity", { type: "track", event: "Seen", userId: null, traits: null, context: null }],
    ["event.bad_field", track("b1", { properties: "none" })],
    ["event.bad_field", track("b2", { context: [] })],
    ["event.bad_field", track("b3", { userId: { id: 1 } })],
    ["event.bad_field", { type: "group", userId: "u", groupId: null }],
    ["event.bad_message_id", track("m".repeat(101))],
    ["event.too_large", track("b4", { properties: { filler: "x".repeat(33_000) } })],
    ["event.too_deep", track("b5", { properties: { deep: deep(3_000) } })],
  ];
  const odd: readonly object[] = [
    track("o1", { properties: null, traits: null, context: null, integrations: null, timestamp: null, sentAt: null }),
    track("o2", { userId: "\u0000", properties: { text: "nul \u0000 and half \ud800 a pair", "\ud800": "\u0000" } }),
    track("o3", { userId: "x".repeat(5_000), event: "e".repeat(20_000) }),
    track("o4", { properties: { revenue: 1e308, big: 123456789012345680000, small: -0, total: "ten" } }),
    track("o5", { timestamp: "0000-99-99", sentAt: "yesterday", context: { page: { url: "http://[", referrer: 7 } } }),
    track("o6", { timestamp: "9999-12-31T00:00:00Z", sentAt: "0001-01-01T00:00:00Z" }),
    track("o7", { traits: { __proto__: 1, constructor: { prototype: null }, email: "@", phone: "+".repeat(300) } }),
    track("o8", { context: { consent: { categoryPreferences: [1] }, externalIds: { a: 1 }, traits: "x", device: 4 } }),
    {
      type: "identify",
      userId: "neighbour",
      messageId: "o9",
      traits: { "": "", "a.b": { "c\u0000": [[[]]] }, age: Number.MAX_VALUE },
    },
    { type: "alias", userId: "same", previousId: "same", messageId: "o10" },
  ];

  it("answers 200 and tells which were refused", async () => {
    for (const [code, event] of bad) {
      const { status, body } = await tributary.send("/v1/batch", { batch: [neighbour(), event, neighbour()] });
      expect([status, body]).toEqual([200, { success: true, accepted: 2, refused: [{ position: 1, code }] }]);
    }
  });
  it("answers 200 to a lone bad event too, by any route", async () => {
    for (const path of ["/v1/track", "/v1/t", "/api/s/track"]) {
      const { status, body } = await tributary.send(path, "null");
      expect([status, body.refused]).toEqual([200, [{ position: 0, code: "event.not_an_object" }]]);
    }
  });
  it("takes in what is merely odd", async () => {
    const { status, body } = await tributary.send("/v1/batch", { batch: [neighbour(), ...odd, neighbour()] });
    expect([status, body]).toEqual([200, { success: true }]);
  });

  it("brings every neighbour to the lake and the profile, and counts what was refused", async () => {
    const expected: Record<string, number> = { "event.not_an_object": 3 };
    for (const [code] of bad) expected[code] = (expected[code] ?? 0) + 1;
    await eventually(async () => {
      const rows = await tributary.rows("SELECT message_id FROM events WHERE message_id LIKE 'neighbour-%'");
      expect(rows.flat().sort()).toEqual(neighbours.toSorted());
      const arrived = await tributary.rows("SELECT count(*) FROM events WHERE message_id LIKE 'o%'");
      expect(arrived).toEqual([[odd.length]]);
      expect(await badEvents()).toMatchObject(expected);
    });
    const { status, body } = await tributary.api("/api/profiles/user_id:neighbour");
    expect([status, body.identifiers.length > 0]).toEqual([200, true]);
  });
  it("keeps what was refused as it stood", async () => {
    const [deepest] = await tributary.rows("SELECT payload FROM bad_events WHERE code = 'event.too_deep'");
    expect(JSON.parse(String(deepest?.[0]))).toEqual(bad.at(-1)?.[1]);
    const { body } = await tributary.api("/api/bad-events?code=event.bad_message_id");
    expect(body.badEvents).toMatchObject([{ code: "event.bad_message_id", source: "default", position: 1 }]);
  });
});

describe("bad connections", () => {
  /** Writes to the server as no HTTP client would, and answers all that it said. */
  async function say(text: string, then?: "cut"): Promise<string> {
    const { hostname, port } = new URL(tributary.url);
    const socket = connect(Number(port), hostname);
    const heard: Buffer[] = [];
    socket.on("data", (chunk) => heard.push(chunk));
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {}); // It may cut us off as we cut it off.
    socket.write(text);
    if (then === "cut") {
      await sleep(20);
      socket.destroy();
    }
    await closed;
    return Buffer.concat(heard).toString("latin1");
  }
  const begun = (length: number): string =>
    `POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n{"batch":[`;

  it.each([
    ["something else than HTTP", "\u0016\u0003\u0001\u0002\r\n\r\n", "400", "request.malformed"],
    ["endless headers", `GET / HTTP/1.1\r\nx: ${"y".repeat(40_000)}\r\n\r\n`, "431", "request.large_headers"],
  ])("%s gets an answer with a code", async (_what, text, status, code) => {
    const [head = "", body = ""] = (await say(text)).split("\r\n\r\n");
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body)).toMatchObject({ code, message: expect.any(String) });
  });
  it("cut in the middle, or never going on, keep nobody from sending", async () => {
    const cut = Promise.all(Array.from({ length: 50 }, () => say(begun(1_000), "cut")));
    const { hostname, port } = new URL(tributary.url);
    const slow = Array.from({ length: 100 }, () => connect(Number(port), hostname).on("error", () => {}));
    for (const socket of slow) socket.write(begun(100_000));
    const { status } = await tributary.send("/v1/batch", { batch: [neighbour()] });
    expect(status).toBe(200);
    await cut;
    for (const socket of slow) socket.destroy();
    const last = neighbours.at(-1);
    await eventually(async () =>
      expect(await tributary.rows(`SELECT count(*) FROM events WHERE message_id = '${last}'`)).toEqual([[1]]),
    );
  });
});

describe("bad questions", () => {
  it.each<[string, string, unknown, number, string]>([
    ["bad SQL", "/api/queries", { sql: "SELEC 1" }, 400, "sql.refused"],
    ["SQL that writes", "/api/queries", { sql: "DROP TABLE events_log" }, 400, "sql.refused"],
    ["SQL that reads files", "/api/queries", { sql: "SELECT * FROM read_text('/etc/passwd')" }, 400, "sql.refused"],
    ["a bad condition", "/api/segments/preview", { condition: { kind: "no such" } }, 400, "segment.bad_condition"],
    ["no condition", "/api/segments/preview", {}, 400, "segment.bad_condition"],
    ["an unknown route", "/api/nowhere", {}, 404, "route.unknown"],
    ["an import of nothing", "/api/imports", { file: "../../etc/passwd", mapping: "cdnow" }, 400, "body.invalid"],
    ["an import of no file", "/api/imports", { file: "none.csv", mapping: "cdnow" }, 404, "import.not_found"],
  ])("%s", async (_what, path, body, status, code) => {
    const answer = await tributary.api(path, body);
    expect([answer.status, answer.body.code, answer.body.message]).toEqual([status, code, expect.any(String)]);
  });
  it("broken JSON to the API", async () => {
    const response = await fetch(`${tributary.url}/api/queries`, {
      method: "POST",
      headers: { authorization: `Bearer ${tributary.token}` },
      body: "{",
    });
    expect([response.status, await response.json()]).toMatchObject([400, { code: "body.not_json" }]);
  });
});

describe("bad lines of a file", () => {
  it("are kept, and their neighbours come in", async () => {
    const [file, mapping] = [join(data, "lines.csv"), join(data, "lines.yaml")];
    writeFileSync(file, 'customer,amount\n1,10\n2,ten\n3\n4,40\n5,"50\n6,60\n');
    writeFileSync(
      mapping,
      `name: lines
source: till
format: { kind: csv, separator: "," }
rows:
  - type: track
    event: '"Order Completed"'
    userId: "'till-' & customer"
    timestamp: "'2026-10-01'"
    properties: { revenue: $number(amount) }
`,
    );
    await runLocal("import", file, "--mapping", mapping, "--data", data);
    await eventually(async () => {
      const came = await tributary.rows("SELECT user_id, revenue FROM events WHERE source = 'till' ORDER BY user_id");
      expect(came).toEqual([
        ["till-1", 10],
        ["till-4", 40],
        ["till-6", 60],
      ]);
      const kept = await tributary.rows(
        "SELECT code, position FROM bad_events WHERE source = 'till' ORDER BY position",
      );
      expect(kept).toEqual([
        ["import.bad_mapping", 2],
        ["import.bad_row", 3],
        ["import.bad_row", 5],
      ]);
    });
  });
  it("of a mapping are named before anything is read", async () => {
    const [file, mapping] = [join(data, "lines.csv"), join(data, "broken.yaml")];
    writeFileSync(
      mapping,
      "name: broken\nsource: till\nrows:\n  - type: track\n    event: '$sum('\n    userId: customer\n",
    );
    const run = runLocal("import", file, "--mapping", mapping, "--data", data);
    await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("import.bad_mapping") });
  });
});
