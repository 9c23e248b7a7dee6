/** Waits before another attempt; `attempt` counts from 1. */
export type Pause = (attempt: number) => Promise<void>;

const SHORTEST_MS = 20;
const LONGEST_MS = 2_000;

/** Doubling, capped, and wholly random below that ("full jitter"): writers that collided once are drawn apart. */
export const jitteredPause: Pause = (attempt) => {
  const most = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** attempt);
  return new Promise((resolve) => setTimeout(resolve, Math.random() * most));
};
