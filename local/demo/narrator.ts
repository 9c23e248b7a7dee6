import { background } from "./background.ts";
import { SECOND } from "./calendar.ts";
import type { EventSender } from "./event-sender.ts";
import { pause } from "./event-sender.ts";
import { askFigures, askMakeup } from "./figures.ts";
import type { ManagementApi } from "./management-api.ts";
import { marketer } from "./marketer.ts";
import type { Phrases } from "./phrases.ts";
import type { Delivery } from "./shop-world.ts";
import { storyBox } from "./story-box.ts";

export interface NarratorOptions {
  readonly api: ManagementApi;
  readonly sender: EventSender;
  readonly phrases: Phrases;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

export interface Narrator {
  /** Hears of what was acknowledged. */
  hear(deliveries: readonly Delivery[]): void;
  /** From now on things happen as they are told. */
  goLive(): void;
  /** Tells every couple of seconds what is happening, until the signal. */
  tell(): Promise<void>;
}

const EVERY_MS = 2 * SECOND;
/** How long an acknowledged event may take to show in a profile before its story is told. */
const RIPE_MS = 2 * SECOND;
/** Live, stories are what is worth watching: the figures move little. */
const LIVE_PROGRESS_EVERY = 5;

export function openNarrator(options: NarratorOptions): Narrator {
  const { api, sender, phrases, print, signal, now } = options;
  const stories = storyBox();
  const figures = background(async () => await askFigures(api));
  const marketing = marketer(options);
  let simulated: number | undefined;
  let isLive = false;
  let last = { at: now(), acknowledged: 0, putOff: 0 };

  function progress(): void {
    const { acknowledged, putOff } = sender.sent;
    const at = now();
    const perSecond = ((acknowledged - last.acknowledged) * 1_000) / Math.max(1, at - last.at);
    const day = isLive || simulated === undefined ? undefined : new Date(simulated);
    print(phrases.progress({ day, acknowledged, perSecond, figures: figures.latest }));
    if (putOff > last.putOff) print(`  ${phrases.putOff(putOff - last.putOff)}`);
    last = { at, acknowledged, putOff };
  }

  async function oneStory(): Promise<void> {
    const story = stories.take(now() - RIPE_MS);
    if (story === undefined) return;
    const makeup = story.kind === "signed_up" ? await askMakeup(api, story.userId) : undefined;
    if (story.kind === "signed_up" && makeup !== undefined) print(`  ${phrases.signedUp(story, makeup)}`);
    else print(`  ${phrases.story(story)}`);
  }

  async function tell(): Promise<void> {
    const trade = background(marketing);
    for (let round = 1; !signal.aborted; round++) {
      await pause(EVERY_MS, signal);
      if (signal.aborted) break;
      figures.ask();
      if (isLive) trade.ask();
      if (!isLive || round % LIVE_PROGRESS_EVERY === 0) progress();
      await oneStory();
    }
    await Promise.all([figures.ended(), trade.ended()]);
  }

  return {
    hear: (deliveries) => {
      const at = now();
      simulated = deliveries.at(-1)?.at ?? simulated;
      for (const { story } of deliveries) if (story !== undefined) stories.put(story, at);
    },
    goLive: () => {
      isLive = true;
    },
    tell,
  };
}
