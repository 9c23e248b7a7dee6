import type * as z from "zod";
import type { Explained, SEGMENT_INSIGHT_ROUTES } from "#contracts/http/segment-insights.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { isRejection, type Rejection } from "#core/kernel/rejection.ts";
import { type EpochMs, isoTime } from "#core/kernel/time.ts";
import { traitsWithProvenance } from "#core/profiles/profile-provenance.ts";
import type { ProfileGroup } from "#core/profiles/profiles-of.ts";
import { explainMembership } from "#core/segments/explain-membership.ts";
import type { ExplainedCondition, SaidBy } from "#core/segments/explained-condition.ts";
import { resolveSegments } from "#core/segments/resolve-segments.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import { type PersonInLake, personInLake } from "./person-in-lake.ts";
import type { ApiPorts } from "./ports.ts";
import { profileAt } from "./which-profile.ts";

type Answer = z.input<(typeof SEGMENT_INSIGHT_ROUTES)["explainMember"]["answer"]>;

/** So many of the events that counted are shown. */
const SHOWN_EVENTS = 20;

const NOT_THERE: PersonInLake = { traits: {}, consent: {}, computed: {}, lists: new Set(), events: [] };

/** Why somebody is in a segment or is not: judged of what the lake holds of them, as its SQL judges. */
export async function explainMember(
  ports: ApiPorts,
  segment: Defined<SegmentDefinition>,
  named: string,
  now: EpochMs,
): Promise<Answer | Rejection> {
  const found = await profileAt(ports, named);
  if (isRejection(found)) return found;
  const all = new Map((await ports.segments.list()).map(({ id, definition }) => [id, definition]));
  const { condition } = segment.definition;
  const written = resolveSegments(condition, (id) => all.get(id)?.condition);
  if (isRejection(written)) return written;
  const inLake = await personInLake(ports, found.group.id, written);
  if (isRejection(inLake)) return inLake;
  const person = { ...(inLake ?? NOT_THERE), said: saidBy(found.group) };
  const explained = explainMembership(condition, { person, now, find: (id) => all.get(id) });
  return {
    segmentId: segment.id,
    version: segment.version,
    profileId: found.group.id,
    now: isoTime(now),
    // Whom the lake does not know no query finds, though a condition such as "not …" be true of them.
    member: inLake !== undefined && explained.verdict,
    inLake: inLake !== undefined,
    condition: answered(explained),
  };
}

const saidBy = (group: ProfileGroup): ReadonlyMap<string, SaidBy> =>
  new Map(traitsWithProvenance(group).map(({ name, at, source, event }) => [name, { at, source, event }]));

function answered(node: ExplainedCondition): Explained {
  const { kind, verdict, sentence } = node;
  const base = { kind, verdict, sentence };
  switch (node.kind) {
    case "all":
    case "any":
    case "not":
      return { ...base, parts: node.parts.map(answered) };
    case "segment":
      return { ...base, segmentId: node.segmentId, parts: node.parts.map(answered) };
    case "list":
      return { ...base, found: node.found, listId: node.listId };
    case "trait":
    case "computed":
    case "consent": {
      const { found, value } = node;
      return { ...base, found, value, ...(node.kind === "trait" && node.said && { said: node.said }) };
    }
    case "event":
    case "sequence":
      return { ...base, found: node.found, ...eventsAnswered(node) };
    default:
      return node satisfies never;
  }
}

function eventsAnswered(node: ExplainedCondition & { readonly kind: "event" | "sequence" }): Partial<Explained> {
  const { from, to } = node.window;
  const shown = node.counted.slice(0, SHOWN_EVENTS).map(({ event, step }) => ({
    event: event.name,
    at: isoTime(event.at),
    source: event.source,
    messageId: event.messageId,
    ...(step === undefined ? {} : { step }),
  }));
  const measured =
    node.kind === "sequence"
      ? {}
      : { measured: node.measuresTime && node.measured !== null ? isoTime(node.measured) : node.measured };
  return {
    window: { from: from === undefined ? null : isoTime(from), to: isoTime(to) },
    ...measured,
    counted: node.counted.length,
    events: shown,
  };
}
