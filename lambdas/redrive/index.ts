import { firehoseClient } from "#adapters/aws/firehose-lake-writer.ts";
import { jitteredPause } from "#adapters/aws/pause.ts";
import { putRows } from "#adapters/aws/put-rows.ts";
import { s3LakeObjects } from "#adapters/aws/s3-lake-objects.ts";
import type { LakeTable } from "#contracts/lake.ts";
import { readSettings } from "#contracts/settings.ts";
import { redriveHandler } from "./handler.ts";

const settings = readSettings("redrive", process.env);
const streams = JSON.parse(settings.STREAMS) as Readonly<Record<LakeTable, string>>;
const firehose = { client: firehoseClient(), pause: jitteredPause };

export const handler = redriveHandler({
  objects: s3LakeObjects({ bucket: settings.LAKE_BUCKET }),
  append: (table, rows) => putRows(firehose, { table, stream: streams[table] }, rows),
});
