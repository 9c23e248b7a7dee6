import type { Story } from "./shop-world.ts";

/** Stories that wait to be told. */
export interface StoryBox {
  put(story: Story, at: number): void;
  /**
   * Of the stories put in up to an instant one of the rarest kind, so that sign-ups do not drown all else. The others are
   * forgotten: they would be old by the next time.
   */
  take(until: number): Story | undefined;
}

export function storyBox(): StoryBox {
  let waiting: readonly { readonly story: Story; readonly at: number }[] = [];
  return {
    put: (story, at) => {
      waiting = [...waiting, { story, at }];
    },
    take: (until) => {
      const ripe = waiting.filter(({ at }) => at <= until).map(({ story }) => story);
      waiting = waiting.filter(({ at }) => at > until);
      const countOf = (kind: Story["kind"]): number => ripe.filter((story) => story.kind === kind).length;
      return ripe.toSorted((a, b) => countOf(a.kind) - countOf(b.kind))[0];
    },
  };
}
