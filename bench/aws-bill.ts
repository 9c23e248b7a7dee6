import { BILLING_STEPS, PRICES } from "#contracts/prices.ts";

/** What AWS would bill for, counted call by call. */
export class AwsBill {
  writeUnits = 0;
  readUnits = 0;
  /** Write units of transactions alone: what merges cost. */
  transactionUnits = 0;
  firehosePutBytes = 0;
  firehoseBilledBytes = 0;
  sqsRequests = 0;
  httpRequests = 0;
  largestItem = 0;
  itemBytes = 0;
  itemsWritten = 0;

  /** A conditional write, refused or not: the larger of what stood there and what is put. */
  write(before: number, after: number, isTransaction: boolean): void {
    const units =
      Math.max(1, Math.ceil(Math.max(before, after) / BILLING_STEPS.dynamodbWrite)) * (isTransaction ? 2 : 1);
    this.writeUnits += units;
    if (isTransaction) this.transactionUnits += units;
    this.largestItem = Math.max(this.largestItem, after);
    this.itemBytes += after;
    this.itemsWritten += 1;
  }

  /** One item of a read, also of one that is not there; half the price where it may be a moment old. */
  read(bytes: number, isFresh: boolean): void {
    this.readUnits += Math.max(1, Math.ceil(bytes / BILLING_STEPS.dynamodbRead)) * (isFresh ? 1 : 0.5);
  }

  record(bytes: number): void {
    this.firehosePutBytes += bytes;
    this.firehoseBilledBytes += Math.ceil(bytes / BILLING_STEPS.firehoseRecord) * BILLING_STEPS.firehoseRecord;
  }

  message(bytes: number): void {
    this.sqsRequests += Math.max(1, Math.ceil(bytes / BILLING_STEPS.sqsChunk));
  }

  /** In US dollars: only what is counted here, so neither Lambda's time nor storage. */
  get dollars(): number {
    return (
      this.writeUnits * PRICES.dynamodbWriteUnit +
      this.readUnits * PRICES.dynamodbReadUnit +
      this.firehoseBilledBytes * (PRICES.firehoseBilledByte + PRICES.firehoseConvertedByte) +
      this.sqsRequests * PRICES.sqsRequest +
      this.httpRequests * PRICES.httpApiRequest
    );
  }
}
