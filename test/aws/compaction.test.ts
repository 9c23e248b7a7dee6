import { readFileSync } from "node:fs";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { s3LakeObjects } from "#adapters/aws/s3-lake-objects.ts";
import type { SettledInS3 } from "#contracts/lake-settling.ts";
import { DAY, isoDay, isoTime } from "#core/kernel/time.ts";
import { GRACE_MS, type LakeObjects } from "#lambdas/compact/settle-table.ts";
import { CHANGES } from "#test/support/changes-told.ts";
import { type Compacting, compacting } from "#test/support/compacting.ts";
import { type LakeBucket, lakeBucket } from "#test/support/lake-bucket.ts";
import { type Moto, motoMissing, startMoto } from "./support/moto.ts";
import { type TrinoOnS3, trinoOnS3 } from "./support/trino-on-s3.ts";
import { startTrino, type Trino } from "./support/trino-server.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const BUCKET = "lake";

const missing = await motoMissing();
const moto = missing === undefined ? await startMoto() : { missing };
const trino = "missing" in moto ? moto : await startTrino(moto.url);
if ("missing" in trino) console.info(`skipped: ${trino.missing}`);
afterAll(async () => {
  if (!("missing" in trino)) await trino.stop();
  if (!("missing" in moto)) await moto.stop();
});

const daysAgo = (days: number): string => isoDay(NOW - days * DAY);
const event = (id: string, days: number) => ({
  message_id: id,
  source: "shop",
  event: `received ${days}`,
  identity_key: `user_id:${id}`,
  event_time: isoTime(NOW - days * DAY),
  received_at: isoTime(NOW - days * DAY),
  position: 0,
});

/** What is settled and what is asked of it, with the files of three days of which two are ripe. */
const SETTLED: readonly {
  readonly table: SettledInS3;
  readonly asked: string;
  readonly files: readonly (readonly [number, readonly object[]])[];
}[] = [
  {
    table: "events_log",
    asked: "SELECT source, message_id, event, dt FROM events ORDER BY 1, 2, 3, 4",
    files: [
      [9, [event("a", 9), event("b", 9)]],
      [9, [event("b", 9)]],
      [4, [event("a", 4), event("c", 4)]],
      [0, [event("c", 0), event("d", 0)]],
    ],
  },
  ...CHANGES.map(({ table, rowOf, asked }) => ({
    table,
    asked,
    files: [
      [9, [rowOf({ key: 1, version: 1 }), rowOf({ key: 2, version: 1 })]],
      [9, [rowOf({ key: 1, version: 1 }), rowOf({ key: 1, version: 2 })]],
      [4, [rowOf({ key: 1, version: 3 })]],
      [0, [rowOf({ key: 2, version: 2 }), rowOf({ key: 2, version: 1 })]],
    ] as const,
  })),
];

describe.skipIf("missing" in trino)("settling over S3, with Trino in Athena's place", () => {
  let s3: S3Client;
  let objects: LakeObjects;
  let lake: TrinoOnS3;
  /** Where files are made before they are put. */
  let local: LakeBucket;
  beforeAll(async () => {
    const { url } = moto as Moto;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    s3 = new S3Client({ endpoint: url, region: "us-east-1", forcePathStyle: true, credentials });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    objects = s3LakeObjects({ bucket: BUCKET, s3 });
    lake = await trinoOnS3(trino as Trino, BUCKET);
    local = await lakeBucket();
  });
  afterAll(() => {
    s3?.destroy();
    local?.close();
  });
  beforeEach(async () => objects.remove((await objects.files("")).map(({ key }) => key)));

  const receive = async (table: SettledInS3, files: (typeof SETTLED)[number]["files"]): Promise<void> => {
    await local.objects().remove(local.keysIn(""));
    for (const [days, rows] of files) await local.receive(table, daysAgo(days), rows);
    for (const key of local.keysIn("")) {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: readFileSync(local.pathOf(key)) }));
    }
  };
  /** The function with all of its ports, of which those of S3 die when a call is made that is named so. */
  const settling = (table: SettledInS3, dies?: keyof LakeObjects): Compacting => {
    let isDue = dies !== undefined;
    const dying = (call: keyof LakeObjects): void => {
      if (!isDue || call !== dies) return;
      isDue = false;
      throw new Error("killed");
    };
    const mortal: LakeObjects = {
      ...objects,
      // Done, and nobody hears of it.
      create: async (key, content) => {
        const isOurs = await objects.create(key, content);
        dying("create");
        return isOurs;
      },
      copy: async (from, to) => {
        await objects.copy(from, to);
        dying("copy");
      },
      remove: async (keys) => {
        await objects.remove(keys.slice(0, 1));
        dying("remove");
        await objects.remove(keys);
      },
    };
    const ports = { objects: mortal, unload: lake.unload, pathOf: (key: string) => `s3://${BUCKET}/${key}` };
    return compacting(local, { table, from: NOW, ports });
  };

  describe.each(SETTLED)("$table", ({ table, asked, files }) => {
    // A statement takes seconds here: each death is died once, and of all tables in the tests of the function.
    const deaths = table === "identity_changes" ? (["create", "copy", "remove"] as const) : [];
    it.each([undefined, ...deaths])("says the same all along, dying at: %s", async (dies) => {
      await receive(table, files);
      const before = await lake.rows(asked);
      expect(before.length).toBeGreaterThan(0);
      const raw = `SELECT count(*) FROM ${table}`;
      const count = await lake.rows(raw);
      const { once, pass, troubles, reports } = settling(table, dies);
      for (let call = 0; call < (dies === undefined ? 2 : 4); call++) {
        await once();
        expect(await lake.rows(asked)).toEqual(before);
        pass(GRACE_MS);
      }
      expect(troubles.map(String)).toEqual(dies === undefined ? [] : ["Error: killed"]);
      expect(reports.reduce((sum, { removed }) => sum + removed, 0)).toBe(3);
      // As many rows as came, and of the days that are ripe none as it came.
      expect(await lake.rows(raw)).toEqual(count);
      const keys = (await objects.files(`${table}/`)).map(({ key }) => key);
      expect(keys.filter((key) => !key.includes("/settled-"))).toHaveLength(1);
      expect(keys.some((key) => key.includes("/settled-former-"))).toBe(true);
      expect(await objects.files("settling/staged/")).toEqual([]);
    });
  });
});
