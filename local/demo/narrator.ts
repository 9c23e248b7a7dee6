import { MINUTE, SECOND } from "./calendar.ts";
import type { EventSender } from "./event-sender.ts";
import { pause } from "./event-sender.ts";
import { askFigures, askMakeup } from "./figures.ts";
import type { ManagementApi } from "./management-api.ts";
import { askResults, askSizes, CAMPAIGN, setUpMarketing, startRun } from "./marketing.ts";
import type { Phrases } from "./phrases.ts";
import type { Delivery, Story } from "./shop-world.ts";

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
const CAMPAIGN_EVERY_MS = 2 * MINUTE;
const MARKETING_EVERY_MS = 15 * SECOND;
/** Live, stories are what is worth watching: the figures move little. */
const LIVE_PROGRESS_EVERY = 5;

interface Heard {
  readonly story: Story;
  readonly at: number;
}

export function openNarrator(options: NarratorOptions): Narrator {
  const { api, sender, phrases, print, signal, now } = options;
  const stories: Heard[] = [];
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
    const ripe = stories.filter(({ at }) => now() - at >= RIPE_MS);
    const [first] = ripe;
    if (first === undefined) return;
    // The rarest kind of what is there, so that sign-ups do not drown all else; the rest is old by the next time.
    const countOf = (kind: Story["kind"]): number => ripe.filter(({ story }) => story.kind === kind).length;
    const { story } = ripe.reduce((a, b) => (countOf(b.story.kind) < countOf(a.story.kind) ? b : a), first);
    stories.splice(0, ripe.length);
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
      for (const { story } of deliveries) if (story !== undefined) stories.push({ story, at });
    },
    goLive: () => {
      isLive = true;
    },
    tell,
  };
}

interface Background<T> {
  /** What the last asking that ended came to. */
  readonly latest: T | undefined;
  /** Asks, unless the last asking goes on: the lake may have much to catch up with before it answers. */
  ask(): void;
  ended(): Promise<void>;
}

function background<T>(work: () => Promise<T>): Background<T> {
  let latest: T | undefined;
  let asking: Promise<void> | undefined;
  return {
    get latest() {
      return latest;
    },
    ask: () => {
      asking ??= work()
        .then((answer) => {
          latest = answer ?? latest;
        })
        .finally(() => {
          asking = undefined;
        });
    },
    ended: async () => await asking,
  };
}

/** Sets up segments and the campaign once they answer, then tells of them now and again. */
function marketer({ api, phrases, print, signal, now }: NarratorOptions): () => Promise<void> {
  let state: "unasked" | "absent" | "ready" = "unasked";
  let run: { readonly id: string; readonly at: number; told: string } | undefined;
  let again = 0;
  const tellSizes = async (): Promise<void> => {
    const sizes = await askSizes(api);
    if (sizes.length > 0 && !signal.aborted) print(`  ${phrases.sizes(sizes)}`);
  };
  const startNewRun = async (): Promise<void> => {
    const id = `demo-${now().toString(36)}`;
    if (!(await startRun(api, id))) return;
    run = { id, at: now(), told: "" };
    print(`  ${phrases.runStarted(CAMPAIGN.name)}`);
  };
  const tellResults = async (of: { readonly id: string; told: string }): Promise<void> => {
    const results = await askResults(api, of.id);
    const line = phrases.results(CAMPAIGN.name, results);
    if (results.length > 0 && line !== of.told) print(`  ${line}`);
    of.told = line;
  };
  return async () => {
    if (signal.aborted || now() < again) return;
    if (state !== "ready") {
      const ready = await setUpMarketing(api);
      if (!ready && state === "unasked") print(`  ${phrases.noMarketing()}`);
      state = ready ? "ready" : "absent";
      if (!ready) again = now() + MARKETING_EVERY_MS;
      return;
    }
    if (run === undefined || now() - run.at > CAMPAIGN_EVERY_MS) {
      await tellSizes();
      await startNewRun();
    } else {
      await tellResults(run);
      if (now() - run.at > MARKETING_EVERY_MS) await tellSizes();
    }
    again = now() + (run !== undefined && run.told === "" ? 0 : MARKETING_EVERY_MS);
  };
}
