import { MINUTE, SECOND } from "./calendar.ts";
import type { ManagementApi } from "./management-api.ts";
import { askResults, askSizes, CAMPAIGN, setUpMarketing, startRun } from "./marketing.ts";
import type { Phrases } from "./phrases.ts";

export interface MarketerOptions {
  readonly api: ManagementApi;
  readonly phrases: Phrases;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

const EVERY_MS = 15 * SECOND;
const CAMPAIGN_EVERY_MS = 2 * MINUTE;

/** Sets up segments and the campaign once they answer, then tells of them now and again. */
export function marketer({ api, phrases, print, signal, now }: MarketerOptions): () => Promise<void> {
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
    if (results.length === 0) return;
    const line = phrases.results(CAMPAIGN.name, results);
    if (line !== of.told) print(`  ${line}`);
    of.told = line;
  };
  return async () => {
    if (signal.aborted || now() < again) return;
    if (state !== "ready") {
      const ready = await setUpMarketing(api);
      if (!ready && state === "unasked") print(`  ${phrases.noMarketing()}`);
      state = ready ? "ready" : "absent";
      if (!ready) again = now() + EVERY_MS;
      return;
    }
    if (run === undefined || now() - run.at > CAMPAIGN_EVERY_MS) {
      await tellSizes();
      await startNewRun();
    } else {
      await tellResults(run);
      if (now() - run.at > EVERY_MS) await tellSizes();
    }
    again = now() + (run !== undefined && run.told === "" ? 0 : EVERY_MS);
  };
}
