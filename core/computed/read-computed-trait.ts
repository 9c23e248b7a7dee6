import { isJsonObject } from "#core/kernel/json.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { readCondition } from "#core/segments/read-condition.ts";
import { COMPUTED_LIMITS, ComputedTrait } from "./computed-trait.ts";
import { namesOn } from "./rfm.ts";

export type ComputedRejectionCode =
  | "computed_trait.bad_definition"
  | "computed_trait.name_taken"
  | "computed_trait.too_many";

/** Makes a definition of JSON from outside, or says what is wrong with it. */
export function readComputedTrait(sent: unknown): ComputedTrait | Rejection<ComputedRejectionCode> {
  if (!isJsonObject(sent)) return bad("a computed trait is a JSON object");
  // The reader of conditions can say better than a schema what is wrong with events, and holds their bounds.
  const { event, where, within } = sent;
  const asked = readCondition({
    event: event ?? null,
    ...(where === undefined ? {} : { where }),
    ...(within === undefined ? {} : { within }),
  });
  if (isRejection(asked)) return bad(asked.message);
  const read = ComputedTrait.safeParse(sent);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where_ = issue?.path.join(".");
  return bad(where_ ? `${where_}: ${issue?.message}` : (issue?.message ?? "unreadable"));
}

const bad = (message: string): Rejection<ComputedRejectionCode> => rejection("computed_trait.bad_definition", message);

/** Whether a trait may stand beside others (those of other names): there are not too many, and each name is told once. */
export function fitsBeside(
  trait: ComputedTrait,
  others: readonly ComputedTrait[],
): Rejection<ComputedRejectionCode> | undefined {
  if (others.length >= COMPUTED_LIMITS.traits) {
    return rejection(
      "computed_trait.too_many",
      `there are ${COMPUTED_LIMITS.traits} computed traits, the most there may be; delete one that nobody needs`,
    );
  }
  const names = new Set(namesOn(trait));
  for (const other of others) {
    const taken = namesOn(other).find((name) => names.has(name));
    if (taken !== undefined) {
      return rejection(
        "computed_trait.name_taken",
        `${taken} is what the trait ${other.name} makes; choose another name`,
      );
    }
  }
  return undefined;
}
