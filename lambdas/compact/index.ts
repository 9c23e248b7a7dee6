import { athenaAnswer } from "#adapters/aws/athena-query.ts";
import { s3LakeObjects } from "#adapters/aws/s3-lake-objects.ts";
import { unloadSettled } from "#contracts/lake-settling.ts";
import { readSettings } from "#contracts/settings.ts";
import { countMetric } from "#lambdas/middleware/count-metric.ts";
import { logTrouble } from "#lambdas/middleware/log-trouble.ts";
import { compactHandler } from "./handler.ts";

const settings = readSettings("compact", process.env);
const pathOf = (key: string): string => `s3://${settings.LAKE_BUCKET}/${key}`;
const asked = { workgroup: settings.WORKGROUP, database: settings.LAKE_DATABASE };

export const handler = compactHandler({
  objects: s3LakeObjects({ bucket: settings.LAKE_BUCKET }),
  unload: async (rows, prefix) => {
    // Some ten minutes: a statement that takes longer is stopped while there is still time to say so.
    await athenaAnswer({ ...asked, maxLooks: 300 }, unloadSettled(rows, pathOf(prefix)));
  },
  pathOf,
  clock: Date.now,
  onReport: ({ shown, removed }) => {
    countMetric("LakeFilesShown", shown);
    countMetric("LakeFilesRemoved", removed);
  },
  onTrouble: logTrouble,
});
