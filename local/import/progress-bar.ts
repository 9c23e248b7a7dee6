import { Presets, SingleBar } from "cli-progress";

/** Shows how far the import is. */
export interface ProgressBar {
  /** Of the file's content, in bytes; and rows that are in. */
  show(bytes: number, rows: number): void;
  stop(): void;
}

export const NO_BAR: ProgressBar = { show: () => {}, stop: () => {} };

/** A bar with rate and time left, for people who look at a terminal. */
export function terminalBar(terminal: NodeJS.WritableStream, totalBytes: number): ProgressBar {
  const bar = new SingleBar(
    {
      stream: terminal,
      format: " {bar} {percentage}% | {rows} rows, {rate}/s | {eta_formatted} left",
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 50,
    },
    Presets.shades_classic,
  );
  const startedAt = performance.now();
  bar.start(totalBytes, 0, { rows: "0", rate: "-" });
  return {
    show: (bytes, rows) => {
      const seconds = (performance.now() - startedAt) / 1_000;
      const rate = Math.round(rows / Math.max(seconds, 0.001)).toLocaleString("en-US");
      bar.update(bytes, { rows: rows.toLocaleString("en-US"), rate });
    },
    stop: () => bar.stop(),
  };
}
