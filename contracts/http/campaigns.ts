import * as z from "zod";
import { Campaign } from "#core/campaigns/campaign.ts";
import { DefinitionId, Instant, Time, Versioned } from "./fields.ts";
import type { Route } from "./route.ts";

const DefinedCampaign = Versioned.extend(Campaign.shape);

/** An answer may be sent back as it came: what only we say is not looked at. */
const answered = { updatedAt: z.string().optional() };
const CampaignAsked = Campaign.safeExtend({ id: DefinitionId.optional(), ...answered });
const CampaignChanged = Campaign.safeExtend({
  id: z.string().optional(),
  version: z.int().positive().optional(),
  ...answered,
});

/** Everything about a run may be left to us, the whole body included. */
const RunAsked = z
  .strictObject({
    /** The instant at which the segment is evaluated; the present if absent. */
    now: Instant.optional(),
    /** The same id again is the same run, taken up where it was left; made from the time if absent. */
    runId: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/)
      .optional(),
  })
  .default({});

const RunStarted = z.object({ campaignId: z.string(), runId: z.string(), now: Time });

const CampaignResults = z.object({
  campaignId: z.string(),
  /** Latest first, as their ids sort. */
  runs: z.array(
    z.object({
      runId: z.string(),
      outcomes: z.array(
        z.object({
          treatment: z.string().nullable(),
          status: z.string(),
          reason: z.string().nullable(),
          messages: z.number(),
          people: z.number(),
        }),
      ),
    }),
  ),
});

export const CAMPAIGN_ROUTES = {
  listCampaigns: {
    method: "GET",
    path: "/api/campaigns",
    summary: "All campaigns",
    status: 200,
    answer: z.object({ campaigns: z.array(DefinedCampaign) }),
    refusals: [],
  },
  createCampaign: {
    method: "POST",
    path: "/api/campaigns",
    summary: "A new campaign; its id is made of its name unless one is given. It is sent by a run",
    body: CampaignAsked,
    status: 201,
    answer: DefinedCampaign,
    refusals: ["campaign.unknown_segment", "definition.exists"],
  },
  getCampaign: {
    method: "GET",
    path: "/api/campaigns/{id}",
    summary: "A campaign",
    status: 200,
    answer: DefinedCampaign,
    refusals: ["campaign.not_found"],
  },
  replaceCampaign: {
    method: "PUT",
    path: "/api/campaigns/{id}",
    summary: "Changes a campaign; `version` or If-Match names the version that is changed",
    body: CampaignChanged,
    status: 200,
    answer: DefinedCampaign,
    refusals: ["campaign.not_found", "campaign.unknown_segment", "definition.version_needed", "definition.changed"],
  },
  deleteCampaign: {
    method: "DELETE",
    path: "/api/campaigns/{id}",
    summary: "Deletes a campaign; its messages and results stay in the lake",
    status: 200,
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: ["campaign.not_found"],
  },
  runCampaign: {
    method: "POST",
    path: "/api/campaigns/{id}/runs",
    summary: "Starts a run, which goes on by itself; repeated with the same run id it doubles nothing",
    body: RunAsked,
    status: 202,
    answer: RunStarted,
    refusals: ["campaign.not_found"],
  },
  campaignResults: {
    method: "GET",
    path: "/api/campaigns/{id}/results",
    summary: "What became of the messages of each run; from the lake",
    status: 200,
    answer: CampaignResults,
    refusals: [],
  },
} as const satisfies Record<string, Route>;
