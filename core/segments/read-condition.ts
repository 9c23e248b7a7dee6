import type * as z from "zod";
import { isJsonObject, type Json } from "#core/kernel/json.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import {
  CONDITION_LIMITS,
  ComputedCondition,
  type Condition,
  ConsentCondition,
  EventCondition,
  ListCondition,
  SegmentCondition,
  SequenceCondition,
  TraitCondition,
} from "./condition.ts";

export type ConditionRejectionCode = "segment.bad_condition" | "segment.too_deep" | "segment.too_large";
export type ConditionRejection = Rejection<ConditionRejectionCode>;

const LEAVES: Readonly<Record<string, z.ZodType<Condition>>> = {
  trait: TraitCondition,
  computed: ComputedCondition,
  consent: ConsentCondition,
  segment: SegmentCondition,
  list: ListCondition,
  event: EventCondition,
  sequence: SequenceCondition,
};
const KINDS = ["all", "any", "not", ...Object.keys(LEAVES)];

/**
 * Makes a condition of JSON from outside, or says what is wrong with it and where (`any.0.where.1: …`). It accepts
 * what the schema `Condition` does, within `CONDITION_LIMITS`; unlike the schema it can say which of the many forms
 * was meant.
 */
export function readCondition(sent: unknown): Condition | ConditionRejection {
  return readNode(sent, { path: [], left: { nodes: CONDITION_LIMITS.nodes } });
}

interface Place {
  readonly path: readonly string[];
  /** Shared by the whole condition. */
  readonly left: { nodes: number };
}

const at = (place: Place, ...steps: readonly string[]): Place => ({
  path: [...place.path, ...steps],
  left: place.left,
});

function refuse(code: ConditionRejectionCode, place: Place, message: string): ConditionRejection {
  return rejection(code, place.path.length === 0 ? message : `${place.path.join(".")}: ${message}`);
}

function readNode(sent: unknown, place: Place): Condition | ConditionRejection {
  const depth = place.path.filter((step) => step === "all" || step === "any" || step === "not").length;
  if (depth >= CONDITION_LIMITS.depth) {
    return refuse("segment.too_deep", place, `conditions nest at most ${CONDITION_LIMITS.depth} deep`);
  }
  place.left.nodes -= weightOf(sent);
  if (place.left.nodes < 0) {
    return refuse("segment.too_large", place, `a condition has at most ${CONDITION_LIMITS.nodes} parts`);
  }
  if (!isJsonObject(sent)) return refuse("segment.bad_condition", place, "a condition is a JSON object");
  const named = KINDS.filter((kind) => Object.hasOwn(sent, kind));
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    return refuse("segment.bad_condition", place, `exactly one of ${KINDS.join(", ")} is wanted`);
  }
  const leaf = LEAVES[kind];
  if (leaf !== undefined) return readLeaf(leaf, sent, place);
  const others = Object.keys(sent).filter((name) => name !== kind);
  if (others.length > 0) {
    return refuse("segment.bad_condition", place, `beside "${kind}" nothing stands; "${others[0]?.slice(0, 50)}" does`);
  }
  return kind === "not"
    ? readNot(sent.not, at(place, "not"))
    : readList(kind as "all" | "any", sent[kind], at(place, kind));
}

/** A sequence weighs as much as its steps: each is work for every engine. */
const weightOf = (sent: unknown): number =>
  isJsonObject(sent) && Array.isArray(sent.sequence) ? Math.max(1, sent.sequence.length) : 1;

function readNot(sent: unknown, place: Place): Condition | ConditionRejection {
  const not = readNode(sent, place);
  return isRejection(not) ? not : { not };
}

function readList(kind: "all" | "any", sent: Json | undefined, place: Place): Condition | ConditionRejection {
  if (!Array.isArray(sent) || sent.length < 1 || sent.length > CONDITION_LIMITS.list) {
    return refuse("segment.bad_condition", place, `a list of 1 to ${CONDITION_LIMITS.list} conditions is wanted`);
  }
  const conditions: Condition[] = [];
  for (const [position, item] of sent.entries()) {
    const read = readNode(item, at(place, String(position)));
    if (isRejection(read)) return read;
    conditions.push(read);
  }
  return kind === "all" ? { all: conditions } : { any: conditions };
}

function readLeaf(schema: z.ZodType<Condition>, sent: unknown, place: Place): Condition | ConditionRejection {
  const read = schema.safeParse(sent);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = at(place, ...(issue?.path ?? []).map(String));
  return refuse("segment.bad_condition", where, issue?.message ?? "unreadable");
}
