import type { Figures, Makeup } from "./figures.ts";
import type { RunResults, SegmentSize } from "./marketing.ts";
import type { Story } from "./shop-world.ts";

/** What a run of the demonstration has to say, in one language. Each answer is a line without its end. */
export interface Phrases {
  welcome(facts: { readonly seed: string; readonly days: number; readonly people: number }): string;
  welcomeBack(events: number): string;
  live(eventsPerSecond: number): string;
  /** `day`: the simulated day while history is played. `figures` are absent until the lake answers. */
  progress(at: {
    readonly day: Date | undefined;
    readonly acknowledged: number;
    readonly perSecond: number;
    readonly figures: Figures | undefined;
  }): string;
  putOff(times: number): string;
  story(story: Story): string;
  signedUp(story: Story & { readonly kind: "signed_up" }, makeup: Makeup): string;
  noMarketing(): string;
  sizes(sizes: readonly SegmentSize[]): string;
  runStarted(name: string): string;
  results(name: string, results: RunResults): string;
  whereToLook(): string;
  end(facts: { readonly acknowledged: number; readonly unanswered: number }): string;
}

export type Language = "en" | "fr";
