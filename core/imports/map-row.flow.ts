import type { Problem } from "#core/events/bad-event.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import { GAVE_UP } from "./compile-expression.ts";
import { bindingsOf, type Expression, NOT_JSON, plainJson, reasonOf } from "./expression.ts";
import { fill, type RowPlan } from "./row-plan.ts";
import { rowTime } from "./row-time.ts";

/** What a row gives by one rule: an event as a client would send it, nothing (`when` was not true), or reasons why not. */
export type Mapped =
  | { readonly kind: "sent"; readonly sent: JsonObject }
  | { readonly kind: "skipped" }
  | { readonly kind: "bad"; readonly problems: readonly Problem[] };

type Answers = (Json | undefined)[];

/**
 * Asks the rule's expressions about the row. Compiled ones answer at once; a promise is made only where JSONata itself
 * must be asked, because waiting for one costs more than mapping the row.
 */
export function mapRow(plan: RowPlan, row: JsonObject, rowNumber: number): Mapped | Promise<Mapped> {
  const answers: Answers = [];
  let pending = false;
  for (const { quick } of plan.expressions) {
    const answer = quick === undefined ? GAVE_UP : quick(row, rowNumber);
    pending ||= answer === GAVE_UP;
    answers.push(answer === GAVE_UP ? undefined : answer);
  }
  if (!pending) return mapped(plan, answers);
  return interpretRow(plan, row, rowNumber);
}

async function interpretRow(plan: RowPlan, row: JsonObject, rowNumber: number): Promise<Mapped> {
  const answers: Answers = [];
  // `when` is asked first: a row that gives no event need not make sense to the other expressions.
  const order = [...plan.expressions.keys()].sort((a, b) => Number(b === plan.when) - Number(a === plan.when));
  for (const at of order) {
    const expression = plan.expressions[at] as Expression;
    const answer = await ask(expression, row, rowNumber);
    if ("problem" in answer) return { kind: "bad", problems: [answer.problem] };
    answers[at] = answer.value;
    if (at === plan.when && !isTrue(answers[at])) return { kind: "skipped" };
  }
  return mapped(plan, answers);
}

type Answer = { readonly value: Json | undefined } | { readonly problem: Problem };

async function ask(expression: Expression, row: JsonObject, rowNumber: number): Promise<Answer> {
  const quick = expression.quick === undefined ? GAVE_UP : expression.quick(row, rowNumber);
  if (quick !== GAVE_UP) return { value: quick };
  try {
    const value = plainJson(await expression.interpreted.evaluate(row, bindingsOf(rowNumber)));
    if (value !== NOT_JSON) return { value };
    return { problem: problemOf(expression, "answers with something that is no JSON value") };
  } catch (error) {
    // JSONata's own refusals (a text that is no number, a bound exceeded) are the row's trouble, not ours.
    return { problem: problemOf(expression, reasonOf(error)) };
  }
}

const problemOf = (expression: Expression, why: string): Problem => ({
  path: expression.path,
  message: `\`${expression.text}\`: ${why}`,
});

function mapped(plan: RowPlan, answers: Answers): Mapped {
  if (plan.when !== undefined && !isTrue(answers[plan.when])) return { kind: "skipped" };
  if (plan.timestamp !== undefined) {
    const time = rowTime(answers[plan.timestamp]);
    if (time === undefined) return { kind: "bad", problems: [noTime(plan, answers[plan.timestamp])] };
    answers[plan.timestamp] = time;
  }
  const sent = fill(plan.event, answers) as JsonObject;
  return { kind: "sent", sent: { type: plan.type, ...sent } };
}

function noTime(plan: RowPlan, stated: Json | undefined): Problem {
  const expression = plan.expressions[plan.timestamp as number] as Expression;
  const got = stated === undefined ? "nothing" : JSON.stringify(stated);
  return problemOf(
    expression,
    `a time is expected (2017-01-28, 2017-01-28T19:06:53Z or epoch milliseconds); got ${got}`,
  );
}

/** As JSONata understands true: what is there and not empty, not zero, not false. */
function isTrue(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(isTrue);
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}
