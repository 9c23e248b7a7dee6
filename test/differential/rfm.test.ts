import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLakeFiles } from "#adapters/local/lake-files.ts";
import { type LocalLakeQuery, openLakeQuery } from "#adapters/local/lake-query.ts";
import { athenaDialect } from "#adapters/sql/athena-dialect.ts";
import { computedLake } from "#adapters/sql/computed-lake.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import type { LakeTable } from "#contracts/lake.ts";
import { USUAL_RFM } from "#core/computed/rfm.ts";
import { hasSharedData, sharedData } from "#test/support/shared-data.ts";

const FILE = "cdnow/cdnow_master.csv.gz";
const NOW = Date.UTC(1998, 6, 1);
const RECEIVED = "2026-11-01T00:00:00.000Z";

interface Buyer {
  readonly id: string;
  readonly dates: string[];
  /** In cents: every amount of the file has two digits at most. */
  cents: number;
}

/** Every buyer's figures and fifths, from the lines of the file and nothing else. */
function fromTheFile(lines: readonly string[]): ReadonlyMap<string, unknown> {
  const buyers = new Map<string, Buyer>();
  for (const line of lines) {
    const [id = "", date = "", , amount = ""] = line.split(",");
    const buyer = buyers.get(id) ?? { id: `p_${id}`, dates: [], cents: 0 };
    buyer.dates.push(date);
    buyer.cents += Math.round(Number(amount) * 100);
    buyers.set(id, buyer);
  }
  const all = [...buyers.values()].map(({ id, dates, cents }) => ({
    id,
    last: dates.sort().at(-1) ?? "",
    n: dates.length,
    cents,
  }));
  type Row = (typeof all)[number];
  const fifths = (...keys: readonly ("last" | "n" | "cents")[]): ReadonlyMap<string, number> => {
    const compare = (x: Row, y: Row): number => {
      const key = [...keys, "id" as const].find((name) => x[name] !== y[name]);
      return key === undefined ? 0 : x[key] < y[key] ? -1 : 1;
    };
    // NTILE: the first parts are larger by one where the number does not divide.
    const [size, larger] = [Math.floor(all.length / 5), all.length % 5];
    const ends = [1, 2, 3, 4, 5].map((nth) => nth * size + Math.min(nth, larger));
    return new Map([...all].sort(compare).map(({ id }, place) => [id, ends.findIndex((end) => place < end) + 1]));
  };
  const [r, f, m] = [fifths("last", "n", "cents"), fifths("n", "last", "cents"), fifths("cents", "last", "n")];
  return new Map(
    all.map(({ id, last, n, cents }) => [
      id,
      {
        rfm_recency: (NOW - Date.parse(last)) / 86_400_000,
        rfm_frequency: n,
        rfm_monetary: cents / 100,
        rfm_r: r.get(id),
        rfm_f: f.get(id),
        rfm_m: m.get(id),
        rfm_score: `${r.get(id)}${f.get(id)}${m.get(id)}`,
      },
    ]),
  );
}

describe.skipIf(!hasSharedData(FILE))("recency, frequency and monetary value over CDNOW", () => {
  let folder: string;
  let open: LocalLakeQuery;
  let expected: ReadonlyMap<string, unknown>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tributary-rfm-"));
    const [, ...lines] = gunzipSync(await readFile(sharedData(FILE)))
      .toString()
      .trim()
      .split("\n");
    expected = fromTheFile(lines);
    const files = await openLakeFiles(folder);
    const draft = files.draft();
    const add = (table: LakeTable, rows: readonly object[]): void =>
      draft.add({ table, dt: "2026-11-01", text: rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
    add(
      "events_log",
      lines.map((line, at) => {
        const [id, date, quantity, amount] = line.split(",");
        return {
          message_id: `m${at}`,
          source: "cdnow",
          event: "Order Completed",
          identity_key: id,
          event_time: date,
          received_at: RECEIVED,
          properties: JSON.stringify({ revenue: Number(amount), quantity: Number(quantity) }),
        };
      }),
    );
    add(
      "identity_changes",
      [...expected.keys()].map((id) => ({
        identity_key: id.slice(2),
        profile_id: id,
        follows_logins: false,
        version: 1,
        changed_at: RECEIVED,
      })),
    );
    await files.write("all", draft);
    files.close();
    open = await openLakeQuery(folder, { analystRows: 1_000_000 });
  });
  afterAll(async () => {
    open.close();
    await rm(folder, { recursive: true });
  });

  it.each([duckdbDialect, athenaDialect])(
    "are those of the file, for every buyer, in $name too",
    async (dialect) => {
      const lake = computedLake(dialect === duckdbDialect ? open.lake : open.analyst, dialect, {
        rowsPerPage: 1_000_000,
      });
      const asked = { traits: [USUAL_RFM], now: NOW, people: { kind: "everybody" } } as const;
      const found = new Map<string, unknown>();
      for (const page of await lake.pages(asked, "")) {
        for (const [id, values] of await lake.measure(asked, page)) found.set(id, values);
      }
      expect(found.size).toBe(23_570);
      expect(found).toEqual(expected);
    },
    300_000,
  );

  it("know the best buyers by 555, and cut people into five equal parts", () => {
    const scores = [...expected.values()].map((values) => values as Readonly<Record<string, unknown>>);
    const inFifth = (part: string, fifth: number): number => scores.filter((values) => values[part] === fifth).length;
    for (const part of ["rfm_r", "rfm_f", "rfm_m"]) {
      expect([1, 2, 3, 4, 5].map((fifth) => inFifth(part, fifth))).toEqual([4_714, 4_714, 4_714, 4_714, 4_714]);
    }
    expect(scores.filter(({ rfm_score }) => rfm_score === "555").length).toBeGreaterThan(1_000);
  });
});
