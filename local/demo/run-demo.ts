import { DAY } from "./calendar.ts";
import { chanceOf } from "./chance.ts";
import { closingSignal } from "./closing-signal.ts";
import { type EventSender, openEventSender } from "./event-sender.ts";
import { feed } from "./feed.ts";
import { askFigures } from "./figures.ts";
import { managementApi } from "./management-api.ts";
import { type Narrator, openNarrator } from "./narrator.ts";
import type { Language } from "./phrases.ts";
import { phrasesIn } from "./phrases-in.ts";
import { type Script, scriptOf } from "./script.ts";
import { customerOf, shopEvents } from "./shop.ts";
import type { Delivery, ShopEvent, ShopSource } from "./shop-world.ts";
import { whereToLook } from "./where-to-look.ts";

export interface DemoOptions {
  /** Of the running Tributary, without a slash at its end. */
  readonly url: string;
  /** For `/api`. */
  readonly token: string;
  readonly writeKeys: Readonly<Record<ShopSource, string>>;
  readonly seed: string;
  /** The speed of the live part, events per second. */
  readonly eventsPerSecond: number;
  /** The speed at which the history before it is played. */
  readonly historyEventsPerSecond?: number;
  readonly historyDays?: number;
  /** How many people the shop has on the first day. */
  readonly people?: number;
  /** Ends after so many events; without it only the signal ends it. */
  readonly maxEvents?: number;
  readonly language?: Language;
  readonly signal: AbortSignal;
  /** Prints one line. */
  readonly print: (line: string) => void;
  /** The time, epoch ms. */
  readonly now?: () => number;
}

export interface DemoEnd {
  /** Events that the collector acknowledged, and those that had no answer when the signal came. */
  readonly acknowledged: number;
  readonly unanswered: number;
  /** Requests that had to be repeated. */
  readonly putOff: number;
}

/**
 * Plays the shop into a running Tributary, through its public HTTP API only: first a history up to now, as fast as
 * asked, then live, at `eventsPerSecond`, where simulated days go on but each event happens at the present moment (or
 * as long before it as it was late). Where the lake already holds events, the history is taken as played. Ends with
 * the signal or after `maxEvents`; throws `SendingRefused` where the collector will never take what is sent.
 */
export async function runDemo(options: DemoOptions): Promise<DemoEnd> {
  const { url, signal, print, seed, writeKeys, historyDays: days = 30, people = 1_500 } = options;
  const now = options.now ?? Date.now;
  const opening = now();
  const phrases = phrasesIn(options.language ?? "en");
  const ended = new AbortController();
  const telling = AbortSignal.any([signal, ended.signal]);
  const api = managementApi(url, options.token, closingSignal(telling));
  const chance = chanceOf(`wire/${seed}`);
  const sender = openEventSender({ url, writeKeys, chance, signal, closing: closingSignal(signal), now });
  const narrator = openNarrator({ api, sender, phrases, print, signal: telling, now });
  const shop = { seed, start: opening - days * DAY, people };
  const script = scriptOf(shopEvents(shop), options.maxEvents ?? Number.POSITIVE_INFINITY);

  const known = (await askFigures(api))?.events ?? 0;
  print(known > 0 ? phrases.welcomeBack(known) : phrases.welcome({ seed, days, people }));
  print(phrases.whereToLook());
  for (const line of whereToLook(url, options.token, customerOf(shop).email)) print(line);
  if (known > 0) await script.skipTo(opening);

  const tale = narrator.tell();
  try {
    await play(options, { sender, script, narrator, opening, now });
  } finally {
    ended.abort();
    await tale;
  }
  const { acknowledged, putOff } = sender.sent;
  const end = { acknowledged, unanswered: script.taken - acknowledged, putOff };
  print(phrases.end(end));
  return end;
}

interface Cast {
  readonly sender: EventSender;
  readonly script: Script;
  readonly narrator: Narrator;
  readonly opening: number;
  readonly now: () => number;
}

/** The history up to the opening, then live. */
async function play(options: DemoOptions, { sender, script, narrator, opening, now }: Cast): Promise<void> {
  const { signal, print, language = "en", historyEventsPerSecond = 2_500, eventsPerSecond } = options;
  const onSent = (deliveries: readonly Delivery[]): void => narrator.hear(deliveries);
  await feed({
    next: () => script.next(opening),
    dress: ({ event }) => event,
    eventsPerSecond: historyEventsPerSecond,
    sender,
    signal,
    now,
    onSent,
  });
  if (signal.aborted || script.isOver) return;
  narrator.goLive();
  print(phrasesIn(language).live(eventsPerSecond));
  await feed({
    next: () => script.next(Number.POSITIVE_INFINITY),
    dress: (delivery) => happeningNow(delivery, now()),
    eventsPerSecond,
    sender,
    signal,
    now,
    onSent,
  });
}

/** The same event, as long before now as it happened before it was sent. */
function happeningNow({ at, event }: Delivery, now: number): ShopEvent {
  const lateness = Math.max(0, at - Date.parse(event.timestamp));
  return { ...event, timestamp: new Date(now - lateness).toISOString() };
}
