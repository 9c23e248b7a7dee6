import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { type SettledTable, settledFolder, settledName, writeManifest } from "#adapters/local/lake-manifest.ts";
import { EVENT_KEY } from "#adapters/local/lake-part-views.ts";
import { quoted } from "./limits/duckdb.ts";

export interface LakeWorkload {
  readonly lakeDir: string;
  readonly events: number;
  readonly people: number;
  /** All there is was received before this instant. */
  readonly now: number;
  /** Size of the events as the JSON lines they came as, in bytes: by a sample of them. */
  readonly jsonBytes: number;
  /** Size of the events' files. */
  readonly parquetBytes: number;
  readonly files: Readonly<Record<SettledTable, readonly string[]>>;
}

const DAYS = 730;
const FIRST_DAY = Date.UTC(2024, 10, 1);
/** Files of settled events, each of two months. */
const PARTS = 12;
/** Of ten events so many; the order is that of files, which are sorted by name. */
const NAMES = ["Checkout Started", "Email Opened", "Order Completed", "Page Viewed", "Page Viewed", "Product Added"];
const ALL_NAMES = [...NAMES, "Product Added", "Product Viewed", "Product Viewed", "Product Viewed"];
const ORDER = ALL_NAMES.indexOf("Order Completed");

/**
 * Events of two years and the people who did them, straight as the lake's files: settled but for the last day, which
 * came as it does in life. Every event has its own id, person, time, price and product.
 */
export async function writeLake(lakeDir: string, events: number): Promise<LakeWorkload> {
  const people = events / 10;
  const instance = await DuckDBInstance.create(":memory:", { threads: "2", preserve_insertion_order: "false" });
  const connection = await instance.connect();
  const write = (sql: string, path: string): Promise<unknown> =>
    connection.run(`COPY (${sql}) TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`);
  const place = async (table: SettledTable, id: string): Promise<string> => {
    await mkdir(settledFolder(lakeDir, table), { recursive: true });
    return join(settledFolder(lakeDir, table), settledName(table, "current", id));
  };
  await connection.run(PRODUCTS);
  const settled = events - Math.round(events / DAYS);
  for (let part = 0; part < PARTS; part++) {
    const [from, to] = [Math.round((settled * part) / PARTS), Math.round((settled * (part + 1)) / PARTS)];
    const sql = `SELECT *, TRUE AS settled, ${EVENT_KEY} AS event_key FROM (${eventsSql({ from, to, events, people })})`;
    await write(sql, await place("events_log", String(part + 10)));
  }
  const today = join(lakeDir, "events_log", `dt=${dayOf(FIRST_DAY + (DAYS - 1) * 86_400_000)}`);
  await mkdir(today, { recursive: true });
  await write(
    `SELECT * EXCLUDE (dt) FROM (${eventsSql({ from: settled, to: events, events, people })})`,
    join(today, "1.parquet"),
  );
  await write(profilesSql(people), await place("profile_changes", "1"));
  await write(identitiesSql(people), await place("identity_changes", "1"));
  for (const table of ["events_log", "profile_changes", "identity_changes"] as const) {
    await writeManifest(lakeDir, table, { settled: await readdir(settledFolder(lakeDir, table)), replaced: [] });
  }
  const jsonBytes = await jsonSize(connection, eventsSql({ from: 0, to: 10_000, events, people }), events);
  connection.closeSync();
  instance.closeSync();
  const files = {
    events_log: [...(await pathsIn(settledFolder(lakeDir, "events_log"))), join(today, "1.parquet")],
    profile_changes: await pathsIn(settledFolder(lakeDir, "profile_changes")),
    identity_changes: await pathsIn(settledFolder(lakeDir, "identity_changes")),
  };
  const sizes = await Promise.all(files.events_log.map(async (file) => (await stat(file)).size));
  const parquetBytes = sizes.reduce((sum, size) => sum + size, 0);
  return { lakeDir, events, people, now: FIRST_DAY + DAYS * 86_400_000, jsonBytes, parquetBytes, files };
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

async function pathsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith(".parquet")).map((name) => join(folder, name));
}

/** Each row as the line in which it comes: what is null is left out, as on the way to Firehose. */
async function jsonSize(connection: DuckDBConnection, sample: string, events: number): Promise<number> {
  const read = await connection.runAndReadAll(
    `SELECT avg(strlen(json_merge_patch('{}', to_json(e))) + 1) FROM (${sample}) e`,
  );
  return Number(read.getRows()[0]?.[0]) * events;
}

const PRODUCTS = `
  CREATE TABLE products AS SELECT n AS product,
    '{"product_id":"sku-' || n || '","name":"Product number ' || n || '","category":"'
      || ['shoes', 'shirts', 'trousers', 'hats', 'coats'][1 + n % 5] || '","brand":"'
      || ['Aurora', 'Borealis', 'Cassiopeia'][1 + n % 3] || '","url":"https://shop.example/products/sku-' || n
      || '","image_url":"https://cdn.shop.example/images/sku-' || n || '.jpg","price":' AS about,
    '{"library":{"name":"analytics.js","version":"2.11.1"},"page":{"path":"/products/sku-' || n
      || '","referrer":"https://search.example/"},"locale":"fr-FR"}' AS context,
    'https://shop.example/products/sku-' || n AS url, '/products/sku-' || n AS path
  FROM range(5000) r(n)`;

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly people: number;
}

const NOTHING = ["group_id", "traits", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];

/** Events of a stretch of time, one name after the other, each in order of time: as a settled file has them. */
const eventsSql = ({ from, to, events, people }: Stretch): string => `
  SELECT CAST(uuid() AS VARCHAR) AS message_id, CASE WHEN h % 10 < 7 THEN 'web' ELSE 'app' END AS source,
    'track' AS type, ${textList(ALL_NAMES)}[1 + name] AS event, 'u' || u AS user_id, 'anon' || u AS anonymous_id,
    'user_id:u' || u AS identity_key, '[{"type":"user_id","value":"u' || u || '"}]' AS identifiers,
    at_ms AS event_time, at_ms + INTERVAL 300 MILLISECOND AS received_at, at_ms + INTERVAL 200 MILLISECOND AS sent_at,
    at_ms AS original_time,
    about || cents // 100 || '.' || 10 + cents % 90 || ',"quantity":' || 1 + h % 4 || ',"position":' || h % 50
      || ',"coupon":"SPRING' || h % 40 || '"}' AS properties, context,
    ${NOTHING.map((column) => `CAST(NULL AS VARCHAR) AS ${column}`).join(", ")},
    CASE WHEN name = ${ORDER} THEN cents / 100 END AS revenue, CASE WHEN name = ${ORDER} THEN 'EUR' END AS currency,
    CASE WHEN name = ${ORDER} THEN 'order-' || n END AS order_id, url AS page_url, path AS page_path,
    'https://search.example/' AS referrer, 'fr-FR' AS locale, 'mobile' AS device_type, FALSE AS is_bot,
    '{}' AS consent, '[]' AS marks, 'planned' AS plan_status, CAST(NULL AS VARCHAR) AS plan_problems,
    CAST(0 AS BIGINT) AS position, strftime(at_ms, '%Y-%m-%d') AS dt
  FROM (
    SELECT n, hash(n) AS h, hash(n + 1000000007) % ${people} AS u, CAST(hash(n + 77) % 20000 AS INTEGER) AS cents,
      CAST(hash(n + 7) % 5000 AS BIGINT) AS product, CAST((n - ${from}) * 10 // ${to - from} AS INTEGER) AS name,
      TIMESTAMP '${dayOf(FIRST_DAY)}' + to_milliseconds(CAST(
        (${from} + ((n - ${from}) * 10) % ${to - from}) * ${(DAYS * 86_400_000) / events} AS BIGINT)) AS at_ms
    FROM range(${from}, ${to}) r(n)
  ) JOIN products USING (product)`;

const profilesSql = (people: number): string => `
  SELECT 'p' || md5(CAST(n AS VARCHAR)) AS profile_id, FALSE AS gone,
    '[{"type":"user_id","value":"u' || n || '"},{"type":"anonymous_id","value":"anon' || n || '"}]' AS identifiers,
    '{"email":"user' || n || '@mail.example","city":"' || ['Paris', 'Lyon', 'Lille', 'Nantes'][1 + n % 4]
      || '","plan":"' || ['free', 'pro', 'team'][1 + n % 3] || '","age":' || 18 + n % 60
      || ',"first_name":"Name' || n % 1000 || '"}' AS traits,
    '{"marketing":"granted"}' AS consent, TIMESTAMP '2024-11-01' AS first_seen, CAST(2 AS BIGINT) AS version,
    TIMESTAMP '2026-09-01' AS changed_at, '2026-09-01' AS dt, TRUE AS settled
  FROM range(${people}) r(n)`;

const identitiesSql = (people: number): string => `
  SELECT type || ':' || prefix || n AS identity_key, type AS identifier_type, prefix || n AS identifier_value,
    'p' || md5(CAST(n AS VARCHAR)) AS profile_id, CAST(NULL AS VARCHAR) AS previous_profile_id,
    CAST(NULL AS BOOLEAN) AS follows_logins, TRUE AS names_profile, CAST(1 AS BIGINT) AS version,
    TIMESTAMP '2026-09-01' AS changed_at, '2026-09-01' AS dt, TRUE AS settled
  FROM range(${people}) r(n), (VALUES ('user_id', 'u'), ('anonymous_id', 'anon')) kinds(type, prefix)`;

const textList = (texts: readonly string[]): string => `[${texts.map(quoted).join(", ")}]`;
