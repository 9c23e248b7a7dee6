import type { BadEvent } from "#core/events/bad-event.ts";
import type { Event } from "#core/events/event.ts";
import type { EpochMs } from "#core/kernel/time.ts";

/** What an import brought, counted. Plain JSON, so that it can be kept and gone on with. */
export interface Tally {
  readonly rows: number;
  readonly events: number;
  readonly badEvents: number;
  /** Events that a row did not give because `when` was not true of it. */
  readonly skipped: number;
  readonly badByCode: Readonly<Record<string, number>>;
  readonly eventsByName: Readonly<Record<string, number>>;
  /** The earliest and the latest event time. */
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  /** Sums of revenue by currency (empty text where none is stated). */
  readonly revenue: Readonly<Record<string, ExactSum>>;
}

/** A sum and what rounding has taken from it so far (Neumaier 1974), so that a million cents still add up. */
export interface ExactSum {
  readonly sum: number;
  readonly lost: number;
}

export const NOTHING_YET: Tally = {
  rows: 0,
  events: 0,
  badEvents: 0,
  skipped: 0,
  badByCode: {},
  eventsByName: {},
  revenue: {},
};

/** What one stretch of rows brought. */
export interface Counted {
  readonly rows: number;
  readonly events: readonly Event[];
  readonly badEvents: readonly BadEvent[];
  readonly skipped: number;
}

/** Names and currencies come from the file: beyond so many different ones the rest is counted together. */
const MAX_NAMES = 100;
const OTHERS = "(others)";

export function addToTally(tally: Tally, counted: Counted): Tally {
  const badByCode = { ...tally.badByCode };
  const eventsByName = { ...tally.eventsByName };
  const revenue = { ...tally.revenue };
  let { from = Number.POSITIVE_INFINITY, to = Number.NEGATIVE_INFINITY } = tally;
  for (const { code } of counted.badEvents) badByCode[code] = (badByCode[code] ?? 0) + 1;
  for (const event of counted.events) {
    const name = placeIn(eventsByName, event.name);
    eventsByName[name] = (eventsByName[name] ?? 0) + 1;
    from = Math.min(from, event.eventTime);
    to = Math.max(to, event.eventTime);
    const worth = revenueOf(event);
    if (worth === undefined) continue;
    const currency = placeIn(revenue, worth.currency);
    revenue[currency] = addExactly(revenue[currency], worth.amount);
  }
  return {
    rows: tally.rows + counted.rows,
    events: tally.events + counted.events.length,
    badEvents: tally.badEvents + counted.badEvents.length,
    skipped: tally.skipped + counted.skipped,
    badByCode,
    eventsByName,
    revenue,
    ...(from <= to ? { from, to } : {}),
  };
}

const placeIn = (places: Readonly<Record<string, unknown>>, name: string): string =>
  Object.hasOwn(places, name) || Object.keys(places).length < MAX_NAMES ? name : OTHERS;

/** `revenue`, else `total`, as the lake's own column has it. */
function revenueOf(event: Event): { readonly amount: number; readonly currency: string } | undefined {
  const { revenue, total, currency } = event.properties;
  const amount = [revenue, total].find((value) => typeof value === "number");
  return typeof amount === "number" ? { amount, currency: typeof currency === "string" ? currency : "" } : undefined;
}

export function addExactly(to: ExactSum = { sum: 0, lost: 0 }, amount: number): ExactSum {
  const sum = to.sum + amount;
  const lost = Math.abs(to.sum) >= Math.abs(amount) ? to.sum - sum + amount : amount - sum + to.sum;
  return { sum, lost: to.lost + lost };
}

/** To six decimals: the amounts were decimal, and so is their sum. */
export const exactTotal = ({ sum, lost }: ExactSum): number => Number((sum + lost).toFixed(6));
