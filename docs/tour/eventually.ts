import { setTimeout as sleep } from "node:timers/promises";

/** What is durable shows in profiles within a second or so, and in the lake within a few. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 100;

/** Runs expectations again and again until they hold; fails with what was last wrong where they never do. */
export async function eventually<T>(expectations: () => Promise<T>): Promise<T> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await expectations();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(LOOK_MS);
    }
  }
}
