import type * as z from "zod";
import type { Inference, InferenceAsked } from "#contracts/http/tracking-plans.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { DAY, isoDay, parseTime } from "#core/kernel/time.ts";
import { type EventSample, inferPlan } from "#core/plans/infer-plan.ts";
import type { ApiPorts } from "./ports.ts";
import { jsonOf, type Row, rowsOf, sqlAll, sqlEquals, sqlText, sqlTime, textOf } from "./sql-text.ts";

const LOOK_BACK_MS = 30 * DAY;
/** Of all names together: what fits in memory and is looked at within a request. */
const MOST_SAMPLES = 20_000;

/** A draft from the latest events of each name, as they lie in the lake. */
export async function inferred(
  { lake, clock }: ApiPorts,
  { name, source, since: asked, sampleSize }: z.output<typeof InferenceAsked>,
): Promise<z.input<typeof Inference> | Rejection> {
  const since = (asked === undefined ? undefined : parseTime(asked)) ?? clock() - LOOK_BACK_MS;
  const filters = sqlAll([
    `dt >= ${sqlText(isoDay(since))}`,
    `received_at >= ${sqlTime(since)}`,
    "type <> 'alias'",
    sqlEquals("source", source),
  ]);
  const result = await lake.query(`
    SELECT type, event, properties, traits
    FROM (
      SELECT type, event, properties, traits,
        row_number() OVER (PARTITION BY type, event ORDER BY received_at DESC, source, message_id) AS nth
      FROM events_log WHERE ${filters}
    )
    WHERE nth <= ${sampleSize} ORDER BY nth, type, event LIMIT ${MOST_SAMPLES}`);
  const samples = rowsOf(result).map(sampleOf);
  const plan = inferPlan(name, samples);
  if (plan === undefined) {
    const where = source === undefined ? "" : ` from the source ${source}`;
    return rejection(
      "tracking_plan.nothing_to_infer",
      `no events came in since then${where}; send some, or look further back`,
    );
  }
  return { plan, sampled: samples.length };
}

const sampleOf = ({ type, event, properties, traits }: Row): EventSample => ({
  type: textOf(type),
  name: textOf(event),
  properties: jsonOf(properties) as JsonObject,
  traits: jsonOf(traits) as JsonObject,
});
