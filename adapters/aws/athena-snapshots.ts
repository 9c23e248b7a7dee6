import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { SnapshotStore } from "#core/segments/snapshot-segment.flow.ts";
import { type AthenaQueryOptions, athenaAnswer } from "./athena-query.ts";

export interface AthenaSnapshotsOptions extends AthenaQueryOptions {
  readonly bucket: string;
  readonly s3?: S3Client;
}

/**
 * Snapshots in S3: the very file in which Athena answers, copied to where it is kept (`snapshots/`). A copy is there whole or not at
 * all, and is read as a stream, so that a million ids pass through a Lambda of any size.
 */
export function athenaSnapshots(options: AthenaSnapshotsOptions): SnapshotStore {
  const { bucket, s3 = new S3Client({ maxAttempts: 6 }) } = options;
  const keyOf = (segmentId: string, snapshot: string): string => `snapshots/${segmentId}/${snapshot}.csv`;
  return {
    take: async (segmentId, snapshot, sql) => {
      const answer = await athenaAnswer(options, `SELECT profile_id FROM (${sql}) ORDER BY profile_id`);
      const source = answer.replace(/^s3:\/\//, "");
      await s3.send(
        new CopyObjectCommand({ Bucket: bucket, Key: keyOf(segmentId, snapshot), CopySource: encodeURI(source) }),
      );
    },
    read: async function* (segmentId, snapshot) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(segmentId, snapshot) }));
      if (!(Body instanceof Readable)) throw new Error("S3 answered an object without content");
      try {
        yield* idsIn(createInterface({ input: Body, crlfDelay: Number.POSITIVE_INFINITY }));
      } finally {
        Body.destroy();
      }
    },
    drop: async (segmentId, snapshot) => {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(segmentId, snapshot) }));
    },
  };
}

/** Athena writes the column's name first, and every text in quotes; a profile id has none within. */
async function* idsIn(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let isHeader = true;
  for await (const line of lines) {
    if (!isHeader && line !== "") yield line.replace(/^"|"$/g, "");
    isHeader = false;
  }
}
