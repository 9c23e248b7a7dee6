import type { Senders } from "#core/events/collect.flow.ts";
import type { Rates } from "#core/events/ports.ts";
import type { RateLimit, Source } from "#core/events/source.ts";
import type { Refusal } from "./answer.ts";

/** Longer than this no client is asked to wait at a time, in seconds: several give the batch up instead. */
const MOST_SECONDS = 60;

/** What a request asks of one source's limit. */
interface Asked {
  readonly source: string;
  readonly limit: RateLimit;
  readonly events: number;
}

/**
 * Counts what a request brings against the limits of its sources, and answers why it may not go in, if it may not: then
 * nothing of it is counted. Nothing of it is kept either, because it will be sent again. `events` is how many one source
 * sends; where each event names its own, those are counted.
 */
export async function overLimit(rates: Rates, from: Senders, events: number): Promise<Refusal | undefined> {
  const asked = asksOf(from, events);
  if (asked.length === 0) return undefined;
  const waits = await Promise.all(asked.map(({ source, limit, events: some }) => rates.take(source, limit, some)));
  const longest = Math.max(...waits);
  if (longest === 0) return undefined;
  asked.forEach(({ source, limit, events: some }, at) => {
    if (waits[at] === 0) rates.putBack(source, limit, some);
  });
  return limited(asked[waits.indexOf(longest)]?.limit, longest);
}

/** Counts a picture that was fetched, if the limit has room for it. It goes in all the same: nobody fetches it again. */
export async function countPixel(rates: Rates, from: Senders): Promise<void> {
  await Promise.all(asksOf(from, 1).map(({ source, limit, events }) => rates.take(source, limit, events)));
}

function limited(limit: RateLimit | undefined, seconds: number): Refusal {
  const { eventsPerSecond = 0, burst = 0 } = limit ?? {};
  const retryAfter = Math.min(seconds, MOST_SECONDS);
  return {
    code: "rate.limited",
    message:
      `this source may send ${eventsPerSecond} events a second, and ${burst} at once after a pause; ` +
      `send the same batch again in ${retryAfter} s, or have the owner raise the source's rateLimit`,
    retryAfter,
  };
}

function asksOf(from: Senders, events: number): readonly Asked[] {
  if (!isList(from)) return asksOfOne(from, events);
  // What is nobody's is kept under the first source that is known, and so counts as its.
  const [voucher] = from.filter((source) => source !== undefined);
  const whose = new Map<string, { readonly source: Source; count: number }>();
  for (const one of from) {
    const source = one ?? voucher;
    if (source === undefined) continue;
    const counted = whose.get(source.id) ?? { source, count: 0 };
    counted.count++;
    whose.set(source.id, counted);
  }
  return [...whose.values()].flatMap(({ source, count }) => asksOfOne(source, count));
}

const isList = (from: Senders): from is readonly (Source | undefined)[] => Array.isArray(from);

const asksOfOne = ({ id, rateLimit }: Source, events: number): readonly Asked[] =>
  rateLimit === undefined || events === 0 ? [] : [{ source: id, limit: rateLimit, events }];
