import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { Campaign, Treatment } from "./campaign.ts";
import type { CampaignRun, Decision, UnsentReason } from "./decide-message.ts";
import type { Message } from "./message.ts";
import { type MessageEventRow, type MessageStatus, messageEventRow } from "./message-event-row.ts";
import { messageRenderer, type RenderMessage } from "./render-message.ts";

/** What a run does about some members: the messages to send, and a row about everybody. */
export interface Plan {
  readonly messages: readonly Message[];
  readonly heldOut: number;
  readonly notSent: readonly { readonly reason: UnsentReason }[];
  readonly rows: readonly MessageEventRow[];
}

export type Renderers = ReadonlyMap<string, RenderMessage>;

/** Each treatment's template, made ready, by the treatment's name. */
export function renderersFor(campaign: Campaign): Renderers | Rejection<"template.not_valid"> {
  const renderers = new Map<string, RenderMessage>();
  for (const { name, template } of campaign.treatments) {
    const renderer = messageRenderer(template);
    if (isRejection(renderer)) return renderer;
    renderers.set(name, renderer);
  }
  return renderers;
}

type Send = Extract<Decision, { readonly kind: "send" }>;

/** Carries decisions out on paper. A template that fails for one person costs that person the message, nobody else. */
export function planMessages(
  run: CampaignRun,
  decisions: readonly Decision[],
  renderers: Renderers,
  now: EpochMs,
): Plan {
  const messages: Message[] = [];
  const notSent: { readonly reason: UnsentReason }[] = [];
  let heldOut = 0;
  const rows = decisions.map((decision) => {
    if (decision.kind === "held_out") heldOut += 1;
    if (decision.kind === "not_sent") notSent.push(decision);
    if (decision.kind !== "send") {
      const reason = decision.kind === "not_sent" ? decision.reason : null;
      return rowOf(run, { ...decision, status: decision.kind, reason, treatment: undefined }, now);
    }
    const message = messageFor(run, decision, renderers, now);
    if (message === undefined) notSent.push({ reason: "template_failed" });
    else messages.push(message);
    const outcome = message === undefined ? UNWRITTEN : PLANNED;
    return rowOf(run, { ...decision, ...outcome, profileId: decision.profile.id }, now);
  });
  return { messages, heldOut, notSent, rows };
}

const PLANNED = { status: "planned", reason: null } as const;
const UNWRITTEN = { status: "not_sent", reason: "template_failed" } as const;

function messageFor(run: CampaignRun, decision: Send, renderers: Renderers, now: EpochMs): Message | undefined {
  const { messageId, profile, to, treatment } = decision;
  const render = renderers.get(treatment.name);
  if (render === undefined) throw new Error(`treatment ${treatment.name} was never made ready`);
  const content = render({ campaignId: run.campaignId, campaign: run.campaign, profile, address: to.value });
  if (isRejection(content)) return undefined;
  return {
    id: messageId,
    campaignId: run.campaignId,
    runId: run.runId,
    profileId: profile.id,
    channel: run.campaign.channel,
    to,
    treatment: treatment.name,
    content,
    plannedAt: now,
  };
}

interface Decided {
  readonly messageId: string;
  readonly profileId: string;
  readonly to: { readonly value: string } | undefined;
  readonly treatment: Treatment | undefined;
  readonly status: MessageStatus;
  readonly reason: UnsentReason | null;
}

const rowOf = (run: CampaignRun, decided: Decided, at: EpochMs): MessageEventRow =>
  messageEventRow({
    messageId: decided.messageId,
    campaignId: run.campaignId,
    runId: run.runId,
    profileId: decided.profileId,
    channel: run.campaign.channel,
    address: decided.to?.value ?? null,
    treatment: decided.treatment?.name ?? null,
    status: decided.status,
    reason: decided.reason,
    at,
  });
