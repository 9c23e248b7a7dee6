import * as z from "zod";
import { isJsonObject } from "#core/kernel/json.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { Condition } from "./condition.ts";
import { type ConditionRejectionCode, readCondition } from "./read-condition.ts";

/** What somebody defined: a name and who is meant. The id and the version are its keeper's (`Defined`). */
export const SegmentDefinition = z.strictObject({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(2_000).optional(),
  condition: Condition,
  /** Put away: not evaluated, not listed unless asked for, and nothing new may refer to it. Absent: in use. */
  archived: z.literal(true).optional(),
});
export type SegmentDefinition = Readonly<z.infer<typeof SegmentDefinition>>;

export type SegmentRejectionCode = ConditionRejectionCode | "segment.bad_definition";

/** The condition is read apart from the rest, by what can say better what is wrong with it. */
const Named = SegmentDefinition.extend({ condition: z.unknown() });

/** Makes a definition of JSON from outside, or says what is wrong with it. References are looked at by `resolveSegments`. */
export function readSegmentDefinition(sent: unknown): SegmentDefinition | Rejection<SegmentRejectionCode> {
  if (!isJsonObject(sent)) return rejection("segment.bad_definition", "a segment is a JSON object");
  const condition = readCondition(sent.condition);
  if (isRejection(condition)) {
    return rejection(condition.code, `condition.${condition.message}`);
  }
  const named = Named.safeParse(sent);
  if (!named.success) {
    const [issue] = named.error.issues;
    return rejection("segment.bad_definition", `${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { name, description, archived } = named.data;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    condition,
    ...(archived === undefined ? {} : { archived }),
  };
}
