const KILO = 1024;
const GIGABYTE = KILO ** 3;
const MILLION = 1_000_000;

/**
 * What AWS asks in us-east-1, in US dollars, list prices without free tier, verified in late 2026. Each is the price of
 * one of what its name says; sizes in binary units, as AWS counts them.
 */
export const PRICES = {
  dynamodbWriteUnit: 0.625 / MILLION,
  dynamodbReadUnit: 0.125 / MILLION,
  /** For each record, its size rounded up to `firehoseRounding`. */
  firehoseBilledByte: 0.029 / GIGABYTE,
  /** Conversion to Parquet, on the same bytes. */
  firehoseConvertedByte: 0.018 / GIGABYTE,
  /** For each 64 KB of a message or part of it, and for each receive and delete. */
  sqsRequest: 0.4 / MILLION,
  httpApiRequest: 1 / MILLION,
  lambdaRequest: 0.2 / MILLION,
  lambdaGigabyteSecond: 0.000_013_333_4,
  /** And each copy, and each page of a listing. */
  s3Put: 0.005 / 1_000,
  s3Get: 0.000_4 / 1_000,
  s3GigabyteMonth: 0.023,
  athenaTerabyte: 5,
  eventBridgeEvent: 1 / MILLION,
  schedulerInvocation: 1 / MILLION,
  sesMessage: 0.1 / 1_000,
  cloudWatchLogsGigabyte: 0.5,
} as const;

/** In which steps usage is billed, in bytes. */
export const BILLING_STEPS = {
  dynamodbWrite: KILO,
  dynamodbRead: 4 * KILO,
  firehoseRecord: 5 * KILO,
  sqsChunk: 64 * KILO,
} as const;
