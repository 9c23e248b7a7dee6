import { type AwsOperations, awsOperations, countOperations } from "#bench/aws-operations.ts";
import { shopRequests } from "#bench/aws-workload.ts";
import type { Benchmark, Figure, Table } from "#bench/benchmark.ts";
import { measureOf } from "#bench/measure.ts";
import { PRICES } from "#contracts/prices.ts";

const QUICK_PEOPLE = 150;

/** What AWS would bill for, counted call by call on recording clients behind the real adapters, and priced. */
export const aws: Benchmark = async ({ quick }) => {
  const counted = quick ? [await countOperations("shop", shopRequests(QUICK_PEOPLE, 3))] : await awsOperations();
  return {
    figures: counted.flatMap(figuresOf),
    notes: [
      `Counted, not timed: the same on every machine. Requests of 20 events go through the AWS adapters; what is billed is added up as AWS does it: Firehose in steps of 5 KB a record, DynamoDB's writes by 1 KB (twice in transactions), its reads by 4 KB (half where they may be a moment old), SQS by 64 KB. "Touched" counts a profile once for each batch of the resolver that changes it.`,
      `In dollars, per million: DynamoDB write units ${dollars(PRICES.dynamodbWriteUnit * 1e6)}, read units ${dollars(PRICES.dynamodbReadUnit * 1e6)}, SQS requests ${dollars(PRICES.sqsRequest * 1e6)}, API requests ${dollars(PRICES.httpApiRequest * 1e6)}; Firehose with conversion per GB ${dollars((PRICES.firehoseBilledByte + PRICES.firehoseConvertedByte) * 1_024 ** 3)}. Neither Lambda's time nor storage is in these sums.`,
    ],
    table: tableOf(counted),
  };
};

const figuresOf = (counted: AwsOperations): readonly Figure[] => [
  {
    what: `${counted.workload}: Firehose bytes billed for each byte put`,
    unit: "×",
    measured: measureOf([counted.firehoseBilledPerPut]),
    limits: [{ what: "nothing rounded up", value: 1 }],
    target: { atMost: 1.25 },
  },
  {
    what: `${counted.workload}: DynamoDB write units for each profile touched`,
    unit: "units",
    measured: measureOf([counted.writeUnitsPerProfile]),
    limits: [{ what: "one write of at most 1 KB", value: 1 }],
    target: { atMost: 1.5 },
  },
  {
    what: `${counted.workload}: DynamoDB read units for each profile touched`,
    unit: "units",
    measured: measureOf([counted.readUnitsPerProfile]),
    limits: [{ what: "one eventually consistent read of at most 4 KB", value: 0.5 }],
    target: { atMost: 1 },
  },
];

const COLUMNS = {
  workload: ({ workload }) => workload,
  events: ({ events }) => events.toLocaleString("en-US"),
  "profiles touched": ({ profilesTouched }) => profilesTouched.toLocaleString("en-US"),
  "write units per event": ({ writeUnitsPerEvent }) => writeUnitsPerEvent.toFixed(3),
  "read units per event": ({ readUnitsPerEvent }) => readUnitsPerEvent.toFixed(3),
  "SQS requests per event": ({ sqsRequestsPerEvent }) => sqsRequestsPerEvent.toFixed(3),
  "write units of merges": ({ transactionShare }) => `${(transactionShare * 100).toFixed(1)} %`,
  "mean item": ({ meanItemBytes }) => `${Math.round(meanItemBytes)} B`,
  "per million events": ({ dollarsPerMillionEvents }) => dollars(dollarsPerMillionEvents),
} satisfies Record<string, (counted: AwsOperations) => string>;

const tableOf = (counted: readonly AwsOperations[]): Table => ({
  columns: Object.keys(COLUMNS),
  rows: counted.map((each) => Object.values(COLUMNS).map((cell) => cell(each))),
});

const dollars = (amount: number): string => `$${amount.toFixed(3)}`;
