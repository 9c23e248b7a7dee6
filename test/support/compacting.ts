import type { SQSEvent } from "aws-lambda";
import type { SettledInS3 } from "#contracts/lake-settling.ts";
import { type CompactPorts, type CompactReport, compactHandler } from "#lambdas/compact/handler.ts";
import type { Hear, LakeBucket } from "./lake-bucket.ts";

/** The compact function over a bucket, called as often as wanted, at a time of its own. */
export interface Compacting {
  readonly reports: readonly CompactReport[];
  readonly troubles: readonly unknown[];
  once(): Promise<void>;
  pass(ms: number): void;
}

interface Options {
  readonly table: SettledInS3;
  /** The time at which it begins. */
  readonly from: number;
  readonly hear?: Hear;
  /** Of the bucket's ports, those that are others'. */
  readonly ports?: Partial<CompactPorts>;
}

let calls = 0;

export function compacting(bucket: LakeBucket, { table, from, hear = () => {}, ports }: Options): Compacting {
  let now = from;
  const reports: CompactReport[] = [];
  const troubles: unknown[] = [];
  const handler = compactHandler({
    objects: bucket.objects(hear),
    unload: async (rows, prefix) => {
      hear("unload", "before");
      await bucket.unload(rows, prefix);
      hear("unload", "after");
    },
    pathOf: bucket.pathOf,
    clock: () => now,
    onReport: (report) => reports.push(report),
    onTrouble: (error) => troubles.push(error),
    ...ports,
  });
  const asked = { Records: [{ messageId: "m", body: JSON.stringify({ v: 1, table }) }] } as unknown as SQSEvent;
  return {
    reports,
    troubles,
    once: async () => {
      await handler(asked, { awsRequestId: `call-${calls++}` });
    },
    pass: (ms) => {
      now += ms;
    },
  };
}
