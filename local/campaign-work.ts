import type { Campaign } from "#core/campaigns/campaign.ts";
import type { Run } from "#core/campaigns/message.ts";
import { type RunCampaignPorts, runCampaign } from "#core/campaigns/run-campaign.flow.ts";
import { type DueMessages, sendDueMessages } from "#core/campaigns/send-due-messages.flow.ts";
import type { SendPorts } from "#core/campaigns/send-messages.flow.ts";
import type { Defined, Definitions } from "#core/kernel/ports.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { CampaignRuns } from "#lambdas/api/ports.ts";

/** A run that was asked for, kept until it is made. */
export interface RunAsked extends Run {
  readonly now: EpochMs;
  readonly state: "asked" | "finished" | "refused";
  /** Why it was refused. */
  readonly problem?: string;
}

export interface CampaignWorkPorts extends RunCampaignPorts, Omit<SendPorts, "clock" | "lake"> {
  readonly campaigns: Definitions<Campaign>;
  readonly asked: Definitions<RunAsked>;
  readonly outbox: RunCampaignPorts["outbox"] & DueMessages;
  readonly onFault: (error: unknown, where: string) => void;
}

/** What the run queue, the run function, the send queue and the send function are in the cloud. */
export interface CampaignWork {
  readonly runs: CampaignRuns;
  /** Finishes the batch in hand; what is left is taken up at the next start. */
  stop(): Promise<void>;
}

/** How soon to try again what failed, or could not be sent yet, in ms. */
const AGAIN_MS = 5_000;

export function startCampaignWork(ports: CampaignWorkPorts): CampaignWork {
  let stopping = false;
  let working: Promise<void> = Promise.resolve();
  let again: NodeJS.Timeout | undefined;
  // One after another: a run that is asked for while another is made waits its turn.
  const work = (): void => {
    working = working.then(doAll).catch((error: unknown) => {
      ports.onFault(error, "campaigns");
      workAgain();
    });
  };
  const workAgain = (): void => {
    if (!stopping) again = setTimeout(work, AGAIN_MS).unref();
  };
  const doAll = async (): Promise<void> => {
    for (const asked of await ports.asked.list()) {
      if (stopping) return;
      if (asked.definition.state === "asked") await make(ports, asked, () => !stopping);
    }
    const left = await sendDueMessages(ports, { mayGoOn: () => !stopping });
    if (left.again > 0) workAgain();
  };
  work();
  return {
    runs: {
      start: async ({ campaignId, runId, now }) => {
        // Asked twice is asked once: the run has its id from whoever asks.
        await ports.asked.put(`${campaignId}/${runId}`, { campaignId, runId, now, state: "asked" }, 0);
        work();
      },
    },
    stop: async () => {
      stopping = true;
      clearTimeout(again);
      await working;
    },
  };
}

async function make(ports: CampaignWorkPorts, asked: Defined<RunAsked>, mayGoOn: () => boolean): Promise<void> {
  const made = await runCampaign(ports, asked.definition, { mayGoOn });
  if (!isRejection(made) && made.kind === "paused") return;
  const end = isRejection(made)
    ? { ...asked.definition, state: "refused" as const, problem: `${made.code}: ${made.message}` }
    : { ...asked.definition, state: "finished" as const };
  await ports.asked.put(asked.id, end, asked.version);
}
