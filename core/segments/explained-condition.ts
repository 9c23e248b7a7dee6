import type { Json } from "#core/kernel/json.ts";
import type { PersonEvent } from "./person.ts";
import type { WindowBounds } from "./window.ts";

/** An event that can be shown as evidence. */
export interface EvidenceEvent extends PersonEvent {
  readonly source: string;
  readonly messageId: string;
}

/** Which event said a value, and when. */
export interface SaidBy {
  readonly at: string;
  readonly source: string | null;
  readonly event: string;
}

interface Sentences {
  readonly en: string;
  readonly fr: string;
}

interface Base {
  /** Whether it is true of the person. */
  readonly verdict: boolean;
  /** What is asked. */
  readonly sentence: Sentences;
}

interface LeafBase extends Base {
  /** What was found, in words. */
  readonly found: Sentences;
}

/** An event that counted; `step` is its place in a sequence, from 1. */
export interface CountedEvent {
  readonly event: EvidenceEvent;
  readonly step?: number;
}

/** A condition with its verdict for one person and the evidence, down to the last condition within it. */
export type ExplainedCondition =
  | (Base & { readonly kind: "all" | "any" | "not"; readonly parts: readonly ExplainedCondition[] })
  | (Base & { readonly kind: "segment"; readonly segmentId: string; readonly parts: readonly ExplainedCondition[] })
  | (LeafBase & { readonly kind: "trait"; readonly value: Json; readonly said?: SaidBy })
  | (LeafBase & { readonly kind: "computed" | "consent"; readonly value: Json })
  | (LeafBase & { readonly kind: "list"; readonly listId: string })
  | (LeafBase & {
      readonly kind: "event";
      readonly window: WindowBounds;
      /** A number, or an instant where `measure` is `first` or `last`; `null` where no event has a value. */
      readonly measured: number | null;
      readonly measuresTime: boolean;
      readonly counted: readonly CountedEvent[];
    })
  | (LeafBase & {
      readonly kind: "sequence";
      readonly window: WindowBounds;
      readonly counted: readonly CountedEvent[];
    });
