import type { Measure } from "./condition.ts";
import { type Duration, durationParts } from "./duration.ts";
import type { NamedTest, NumberTest, TimeTest } from "./value-test.ts";
import type { Window } from "./window.ts";
import { enumeration, type SequenceWords, type StepWords, scalarWords, type Words } from "./words.ts";

const quoted = (text: string): string => `“${text}”`;
const value = scalarWords(quoted, "yes", "no", "en");

const UNITS = { min: "minute", h: "hour", d: "day", w: "week" } as const;

function duration(text: Duration): string {
  const { amount, unit } = durationParts(text);
  return amount === 1 ? UNITS[unit] : `${value(amount)} ${UNITS[unit]}s`;
}

function test(test: NamedTest): string {
  switch (test.kind) {
    case "eq":
      return `is ${value(test.operand)}`;
    case "ne":
      return `is known and is not ${value(test.operand)}`;
    case "in":
      return `is ${enumeration(test.operand.map(value), "or")}`;
    case "notIn":
      return `is known and is not ${enumeration(test.operand.map(value), "or")}`;
    case "gt":
    case "gte":
    case "lt":
    case "lte":
    case "between":
      return `is ${amount(test)}`;
    case "contains":
      return `contains ${value(test.operand)}`;
    case "startsWith":
      return `starts with ${quoted(test.operand)}`;
    case "endsWith":
      return `ends with ${quoted(test.operand)}`;
    case "matches":
      return `looks like ${quoted(test.operand)}`;
    case "exists":
      return "is known";
    case "missing":
      return "is not known";
    case "before":
    case "after":
    case "inLast":
    case "inNext":
      return `is ${time(test)}`;
    default:
      return test satisfies never;
  }
}

function amount(test: NumberTest): string {
  switch (test.kind) {
    case "eq":
      return `exactly ${value(test.operand)}`;
    case "ne":
      return `not ${value(test.operand)}`;
    case "gt":
      return `more than ${value(test.operand)}`;
    case "gte":
      return `at least ${value(test.operand)}`;
    case "lt":
      return `less than ${value(test.operand)}`;
    case "lte":
      return `at most ${value(test.operand)}`;
    case "between":
      return `between ${value(test.operand[0])} and ${value(test.operand[1])}`;
    default:
      return test satisfies never;
  }
}

function time(test: TimeTest): string {
  switch (test.kind) {
    case "before":
    case "after":
      return `${test.kind} ${test.operand}`;
    case "inLast":
      return `in the last ${duration(test.operand)}`;
    case "inNext":
      return `in the next ${duration(test.operand)}`;
    default:
      return test satisfies never;
  }
}

function window(within: Window | undefined): string {
  if (within === undefined) return "";
  const zone = within.zone === undefined ? "" : ` (${within.zone} time)`;
  if ("last" in within) return ` in the last ${duration(within.last)}${zone}`;
  const from = within.from === undefined ? "" : ` from ${within.from}`;
  return `${from}${within.to === undefined ? "" : ` before ${within.to}`}${zone}`;
}

/** What stands before the names of the events and after them. */
function measured(measure: Measure, stated: boolean): readonly [string, string] {
  switch (measure.kind) {
    case "count":
      return ["did ", stated ? ` ${times(measure.test)}` : ""];
    case "sum":
      return [`has a total ${measure.of} of ${amount(measure.test)} over `, ""];
    case "avg":
      return [`has an average ${measure.of} of ${amount(measure.test)} over `, ""];
    case "min":
      return [`has a smallest ${measure.of} of ${amount(measure.test)} over `, ""];
    case "max":
      return [`has a largest ${measure.of} of ${amount(measure.test)} over `, ""];
    case "distinct":
      return [`has ${amount(measure.test)} different ${measure.of} over `, ""];
    case "first":
      return ["did ", ` for the first time ${time(measure.test)}`];
    case "last":
      return ["did ", ` for the last time ${time(measure.test)}`];
    default:
      return measure satisfies never;
  }
}

const times = (test: NumberTest): string =>
  test.kind !== "between" && test.operand === 1 ? `${amount(test)} time` : `${amount(test)} times`;

const step = ({ names, where }: StepWords): string => (where === "" ? names : `${names} (where ${where})`);

function later(after: SequenceWords["steps"][number]["after"]): string {
  if (after === undefined) return "then";
  const length = (text: Duration): string => duration(text).replace(/^(?=[a-z])/, "1 ");
  const { atLeast, atMost } = after;
  if (atMost === undefined) return `then, at least ${length(atLeast as Duration)} later,`;
  if (atLeast === undefined) return `then, at most ${length(atMost)} later,`;
  return atLeast === atMost
    ? `then, exactly ${length(atLeast)} later,`
    : `then, at least ${length(atLeast)} and at most ${length(atMost)} later,`;
}

function sequence({ steps, without, within }: SequenceWords): string {
  const chain = steps.map((each, at) => (at === 0 ? step(each) : `${later(each.after)} ${step(each)}`));
  const none = without === undefined ? "" : `, without ${step(without)} between the first and the last of these`;
  return `did ${chain.join(", ")}${none}${within === undefined ? "" : `, all of it${window(within)}`}`;
}

export const english: Words = {
  and: "and",
  or: "or",
  quoted,
  people: (clause) => `Everybody of whom this is true: ${clause}.`,
  not: (clause) => `not (${clause})`,
  trait: (name, tested) => `${name} ${tested}`,
  test,
  consent: (purpose, is) =>
    is === "unknown" ? `consent to ${quoted(purpose)} is not known` : `consent to ${quoted(purpose)} is ${is}`,
  segment: (name) => `is in the segment ${quoted(name)}`,
  list: (name) => `is on the list ${quoted(name)}`,
  sequence,
  event: ({ names, measure, stated, where, within }) => {
    const [before, after] = measured(measure, stated);
    return `${before}${names}${after}${where === "" ? "" : `, where ${where},`}${window(within)}`.replace(/,$/, "");
  },
};
