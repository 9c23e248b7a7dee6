import { Presets, SingleBar } from "cli-progress";

/** Shows how many keys of about how many were reached. */
export interface KeysBar {
  show(looked: number, of: number): void;
  stop(): void;
}

export const NO_KEYS_BAR: KeysBar = { show: () => {}, stop: () => {} };

/** A bar with rate and time left, for people who look at a terminal. */
export function keysBar(terminal: NodeJS.WritableStream): KeysBar {
  const bar = new SingleBar(
    {
      stream: terminal,
      format: " {bar} {percentage}% | {value} of about {total} identifiers | {eta_formatted} left",
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 50,
    },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    show: (looked, of) => {
      const total = Math.max(of, looked, 1);
      if (!isStarted) bar.start(total, looked);
      isStarted = true;
      bar.setTotal(total);
      bar.update(looked);
    },
    stop: () => bar.stop(),
  };
}
