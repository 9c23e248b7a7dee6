import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 50;

/** Runs expectations again and again until they hold; fails with what was last wrong where they never do. */
export async function eventually<T>(expectations: () => Promise<T>, patienceMs = 60_000): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await expectations();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(LOOK_MS);
    }
  }
}
