import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";

/** Why one write of a transaction may be repeated as it is: another transaction held the item, or there was a rush. */
const PASSING = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

/** What a failed write means: its condition did not hold, it may be repeated as it is, or something is broken. */
export function writeFailure(failure: unknown): "refused" | "passing" | "fault" {
  if (failure instanceof ConditionalCheckFailedException) return "refused";
  if (failure instanceof TransactionConflictException) return "passing";
  if (!(failure instanceof TransactionCanceledException)) return "fault";
  const reasons = (failure.CancellationReasons ?? []).flatMap(({ Code }) => (Code && Code !== "None" ? [Code] : []));
  if (reasons.includes("ConditionalCheckFailed")) return "refused";
  return reasons.length > 0 && reasons.every((reason) => PASSING.has(reason)) ? "passing" : "fault";
}
