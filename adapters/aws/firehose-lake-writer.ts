import { FirehoseClient } from "@aws-sdk/client-firehose";
import type { Lake, LakeTable } from "#contracts/lake.ts";
import { jitteredPause, type Pause } from "./pause.ts";
import { putRows } from "./put-rows.ts";

export interface FirehoseLakeWriterOptions {
  /** The delivery stream of each table this function writes to. */
  readonly streams: Readonly<Partial<Record<LakeTable, string>>>;
  readonly client?: FirehoseClient;
  readonly pause?: Pause;
}

export const firehoseClient = (): FirehoseClient => new FirehoseClient({ maxAttempts: 6 });

/** Appends rows to the lake through Firehose, packed. */
export function firehoseLakeWriter(options: FirehoseLakeWriterOptions): Lake {
  const { streams, client = firehoseClient(), pause = jitteredPause } = options;
  return {
    append: async (table, rows) => {
      const stream = streams[table];
      if (stream === undefined) throw new Error(`this function was not told a delivery stream for ${table}`);
      await putRows({ client, pause }, { table, stream }, rows);
    },
  };
}
