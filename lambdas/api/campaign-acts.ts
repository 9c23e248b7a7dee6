import type { CAMPAIGN_ROUTES } from "#contracts/http/campaigns.ts";
import type { Campaign } from "#core/campaigns/campaign.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime, parseTime } from "#core/kernel/time.ts";
import type { Acts } from "./act.ts";
import { create, flat, get, replace } from "./defined-things.ts";
import { omit } from "./omit.ts";
import type { ApiPorts } from "./ports.ts";
import { countOf, rowsOf, sqlText, textOf, textOrNull } from "./sql-text.ts";

export const campaignActs: Acts<typeof CAMPAIGN_ROUTES> = {
  listCampaigns: async ({ campaigns }) => ({ campaigns: (await campaigns.list()).map(flat) }),
  createCampaign: async (ports, { body }) => {
    const campaign = omit(body, "id", "updatedAt");
    const problem = await segmentProblem(ports, campaign);
    if (problem !== undefined) return problem;
    const stored = await create(ports.campaigns, "campaign", campaign, body.id);
    return isRejection(stored) ? stored : flat(stored);
  },
  getCampaign: async ({ campaigns }, { target }) => {
    const found = await get(campaigns, "campaign", target);
    return isRejection(found) ? found : flat(found);
  },
  replaceCampaign: async (ports, { target, body, ifMatch }) => {
    const definition = omit(body, "id", "updatedAt", "version");
    const problem = await segmentProblem(ports, definition);
    if (problem !== undefined) return problem;
    const version = ifMatch ?? body.version;
    const stored = await replace(ports.campaigns, "campaign", target, { definition, version });
    return isRejection(stored) ? stored : flat(stored);
  },
  deleteCampaign: async ({ campaigns }, { target }) =>
    (await campaigns.delete(target))
      ? { id: target, deleted: true }
      : rejection("campaign.not_found", "there is no campaign of this id"),
  runCampaign: async (ports, { target, body }) => {
    const found = await get(ports.campaigns, "campaign", target);
    if (isRejection(found)) return found;
    const now = (body.now === undefined ? undefined : parseTime(body.now)) ?? ports.clock();
    const runId = body.runId ?? `run-${isoTime(ports.clock()).replace(/[-:.]/g, "").toLowerCase()}`;
    await ports.campaignRuns.start({ campaignId: found.id, runId, now });
    return { campaignId: found.id, runId, now: isoTime(now) };
  },
  campaignResults: (ports, { target }) => results(ports, target),
};

async function segmentProblem({ segments }: ApiPorts, { segmentId }: Campaign): Promise<Rejection | undefined> {
  const found = await segments.get(segmentId);
  if (found === undefined) return rejection("campaign.unknown_segment", "segmentId: there is no segment of this id");
  if (found.definition.archived !== true) return undefined;
  return rejection("segment.archived", "segmentId: the segment was archived; restore it, or name another");
}

/** Results outlive the campaign, as its messages do: an id that never was has none. */
async function results({ lake }: ApiPorts, campaignId: string) {
  const result = await lake.query(`
    SELECT run_id, treatment, status, reason, messages, people FROM campaign_results
    WHERE campaign_id = ${sqlText(campaignId)} ORDER BY run_id DESC, treatment, status, reason`);
  const byRun = Map.groupBy(rowsOf(result), (row) => textOf(row.run_id));
  return {
    campaignId,
    runs: [...byRun].map(([runId, rows]) => ({
      runId,
      outcomes: rows.map((row) => ({
        treatment: textOrNull(row.treatment),
        status: textOf(row.status),
        reason: textOrNull(row.reason),
        messages: countOf(row.messages),
        people: countOf(row.people),
      })),
    })),
  };
}
