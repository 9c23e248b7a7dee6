import * as z from "zod";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { digest } from "#core/kernel/digest.ts";
import { canonicalJson } from "#core/kernel/json.ts";
import type { Defined, Definitions } from "#core/kernel/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ComponentAt, ComponentPages } from "#core/profiles/ports.ts";
import { type ProfileId, profileIdOf } from "#core/profiles/profile-id.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { ProfilePlace } from "./places.flow.ts";
import { type ReactPorts, type ReactTerms, tally } from "./react.flow.ts";
import { reconsider } from "./reconsider.flow.ts";
import { seenIn } from "./seen-profiles.ts";
import { type SegmentSet, segmentSet } from "./segment-set.ts";

/** How far everybody was looked at because definitions changed. Kept, so that whoever comes next goes on. */
export const SweepState = z.object({
  /** What each segment was (`ReadySegment.fingerprint`) when everybody was last looked at, by id; and the rules. */
  swept: z.record(z.string(), z.string()),
  going: z.object({ to: z.record(z.string(), z.string()), after: z.string().optional() }).optional(),
});
export type SweepState = z.infer<typeof SweepState>;

/** The one id under which the state is kept. */
export const SWEEP = "everybody";

export interface SweepPorts extends ReactPorts {
  readonly pages: ComponentPages;
  readonly definitions: Pick<Definitions<SegmentDefinition>, "list">;
  readonly sweeps: Definitions<SweepState>;
}

export interface SweepTerms extends Omit<ReactTerms, "segments"> {
  /** Keys looked at in one call. */
  readonly limit: number;
  /**
   * How long others may go by definitions that are no longer: nobody is swept before a change is older than that, for
   * whoever is looked at sooner could be put back by one of them.
   */
  readonly settleMs: number;
}

export interface Swept {
  /** Nothing to do, or nothing yet. */
  readonly kind: "rested" | "going" | "finished";
  readonly entered: number;
  readonly left: number;
}

/**
 * Looks at the next page of everybody, where a segment is new, means something else now, or is no more. A page that was
 * cut short is looked at again and finds what it wrote; two at a time do the same twice.
 */
export async function sweepOn(ports: SweepPorts, terms: SweepTerms): Promise<Swept> {
  const [defined, kept] = [await ports.definitions.list(), await ports.sweeps.get(SWEEP)];
  const state = kept === undefined ? { swept: {} } : SweepState.parse(kept.definition);
  const segments = segmentSet(defined);
  const to = {
    [RULES]: digest(canonicalJson({ ...terms.rules })),
    ...Object.fromEntries(segments.all.map(({ id, fingerprint }) => [id, fingerprint])),
  };
  if (state.going === undefined && isSame(to, state.swept)) return RESTED;
  if (!isSettled(defined, terms)) return RESTED;
  if (segments.ids.size === 0 && Object.keys(state.swept).every((id) => id === RULES) && kept === undefined)
    return RESTED;
  const after = state.going !== undefined && isSame(to, state.going.to) ? state.going.after : undefined;
  const isReruled = (state.swept[RULES] ?? to[RULES]) !== to[RULES];
  const { next, ...turns } = await sweepPage(ports, { ...terms, segments, isReruled }, after);
  const moved: SweepState = next === undefined ? { swept: to } : { swept: state.swept, going: { to, after: next } };
  await ports.sweeps.put(SWEEP, moved, kept?.version ?? 0);
  return { kind: next === undefined ? "finished" : "going", ...turns };
}

/** No segment's id has a colon. */
const RULES = ":rules";

const RESTED: Swept = { kind: "rested", entered: 0, left: 0 };

const isSettled = (defined: readonly Defined<unknown>[], { now, settleMs }: SweepTerms): boolean =>
  defined.every(({ updatedAt }: { readonly updatedAt: EpochMs }) => updatedAt + settleMs <= now);

function isSame(x: Readonly<Record<string, string>>, y: Readonly<Record<string, string>>): boolean {
  const ids = Object.keys(x);
  return ids.length === Object.keys(y).length && ids.every((id) => Object.hasOwn(y, id) && x[id] === y[id]);
}

async function sweepPage(
  ports: SweepPorts,
  terms: SweepTerms & { readonly segments: SegmentSet; readonly isReruled: boolean },
  after: string | undefined,
): Promise<{ readonly next?: string; readonly entered: number; readonly left: number }> {
  const { components, next } = await ports.pages.page(after, terms.limit);
  const places = new Map(components.flatMap((at) => placesIn(at, terms)));
  const reasons = { causeOf: () => "definition", isSwept: true };
  const made = await reconsider(ports, new Map([...places.keys()].map((id) => [id, reasons])), terms, places);
  return { ...(next === undefined ? {} : { next }), ...tally(made) };
}

/** With the ids that would name a profile under other rules: nobody may be left in a segment under one of those. */
function placesIn(
  { key, version, component }: ComponentAt,
  { isReruled, rules }: { readonly isReruled: boolean; readonly rules: IdentityRules },
): readonly (readonly [ProfileId, ProfilePlace])[] {
  const stored = { kind: "component" as const, version, component };
  const ids = isReruled
    ? [...component.members.keys()].map(profileIdOf)
    : seenIn(stored, rules).groups.map(({ id }) => id);
  return ids.map((id) => [id, { key, stored }] as const);
}
