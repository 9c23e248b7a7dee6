import { SECOND } from "./calendar.ts";

/** How long requests on their way may take to be answered once all is to stop. */
const GRACE_MS = 2 * SECOND;

/** Comes a moment after the signal, so that what is on its way can end by itself. */
export function closingSignal(signal: AbortSignal): AbortSignal {
  const closing = new AbortController();
  const close = (): void => {
    setTimeout(() => closing.abort(), GRACE_MS).unref();
  };
  if (signal.aborted) close();
  else signal.addEventListener("abort", close, { once: true });
  return closing.signal;
}
