import { digestOf } from "#core/kernel/digest.ts";
import { canonicalJson, type Json } from "#core/kernel/json.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { ComputedTrait } from "./computed-trait.ts";
import type { LakeMarks } from "./lake-marks.ts";
import type { People } from "./ports.ts";

/** Profile ids after one and up to another. */
export interface Span {
  readonly after: string;
  readonly upTo: string;
}

/** A refresh that was begun and has not ended: kept, so that whoever comes after its death goes on with it. */
export interface OpenRun {
  readonly run: number;
  /** The instant at which everything is evaluated, whoever finishes. */
  readonly now: EpochMs;
  /** What a row that came before this is known by its day's mark. */
  readonly line: EpochMs;
  readonly marks: LakeMarks;
  readonly traits: string;
  readonly people: People;
  /** Everybody up to this profile id is done. */
  readonly after: string;
  /** Of these the lake is being told. */
  readonly telling?: Span;
  /** Of these the lake may have been told by somebody who died before the store was: they are told again. */
  readonly again: readonly Span[];
}

/** How far computed traits are. */
export interface RefreshState {
  /** The highest run that ever began. */
  readonly run: number;
  /** Where the last whole run stood; absent before the first. */
  readonly done?: Pick<OpenRun, "now" | "line" | "marks" | "traits">;
  readonly open?: OpenRun;
}

/** Where the state is kept among definitions: `computed_refresh`, under this id. */
export const REFRESH_STATE_ID = "state";

/** Text that changes whenever the traits do. */
export const traitsMark = (traits: readonly ComputedTrait[]): string =>
  digestOf(...traits.map((trait) => canonicalJson(trait as unknown as Json)));

/** Takes over what was left open: the same run under a higher number, and what was being told is told again. */
export function takenOver(open: OpenRun, run: number): OpenRun {
  const { telling, ...rest } = open;
  return { ...rest, run, again: telling === undefined ? open.again : [...open.again, telling] };
}

export const isWithin = (profileId: string, spans: readonly Span[]): boolean =>
  spans.some(({ after, upTo }) => profileId > after && profileId <= upTo);
