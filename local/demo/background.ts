export interface Background<T> {
  /** What the last asking that ended came to. */
  readonly latest: T | undefined;
  /** Asks, unless the last asking goes on: the lake may have much to catch up with before it answers. */
  ask(): void;
  ended(): Promise<void>;
}

/** Work that is asked for again and again, and goes on by itself meanwhile. */
export function background<T>(work: () => Promise<T>): Background<T> {
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
