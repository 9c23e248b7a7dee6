import type { BadEvent, BadEventCode, Problem } from "#core/events/bad-event.ts";
import type { Event } from "#core/events/event.ts";
import { nameText } from "./ports.ts";
import type { Attempt } from "./recover-bad-event.ts";

/** What became of one event that was tried again. */
type EventOutcome =
  | { readonly kind: "recovered"; readonly messageId: string }
  /** Its event is in, by an earlier recovery or because its sender sent it again. */
  | { readonly kind: "already_recovered"; readonly messageId?: string }
  | { readonly kind: "still_bad"; readonly code: BadEventCode; readonly problems: readonly Problem[] };

/** What became of the events of a body that had been refused whole. */
export interface PartOutcomes {
  readonly recovered: number;
  readonly alreadyRecovered: number;
  /** Kept by themselves now, each as a bad event of its own. */
  readonly stillBad: number;
  /** Of the first of them, which tell enough. */
  readonly first: readonly (EventOutcome & { readonly position: number })[];
}

/** What became of a bad event, or would in a rehearsal. */
export type RecoveryOutcome =
  | EventOutcome
  | { readonly kind: "unpacked"; readonly parts: PartOutcomes }
  | { readonly kind: "not_recoverable"; readonly why: string };

/** What is to be stored for an attempt that lets something in, and what is to be told of it. */
export interface Settlement {
  readonly events: readonly Event[];
  /** Those parts of a body that stay bad. */
  readonly badEvents: readonly BadEvent[];
  readonly outcome: RecoveryOutcome;
  readonly as?: string;
}

/** An attempt, or anything else that lets nothing in. */
type Tried = Attempt | { readonly kind: "done" };

const TOLD_PARTS = 100;

/**
 * What an attempt comes to where some events are in already: those are not let in a second time, whoever let them in.
 * Adds what it lets in to `present`. `undefined` where the attempt lets nothing in.
 */
export function settle(attempt: Tried, present: Set<string>): Settlement | undefined {
  if (attempt.kind === "event") {
    const { event } = attempt;
    const { messageId } = event;
    const isNew = addName(present, event);
    const outcome = { kind: isNew ? ("recovered" as const) : ("already_recovered" as const), messageId };
    return { events: isNew ? [event] : [], badEvents: [], outcome, as: messageId };
  }
  if (attempt.kind !== "parts") return undefined;
  const events: Event[] = [];
  const badEvents: BadEvent[] = [];
  const outcomes = attempt.parts.map((part): EventOutcome => {
    if (part.kind === "bad") {
      badEvents.push(part.badEvent);
      const { code, problems } = part.badEvent;
      return { kind: "still_bad", code, problems };
    }
    const { event } = part;
    if (!addName(present, event)) return { kind: "already_recovered", messageId: event.messageId };
    events.push(event);
    return { kind: "recovered", messageId: event.messageId };
  });
  const parts: PartOutcomes = {
    recovered: events.length,
    alreadyRecovered: outcomes.length - events.length - badEvents.length,
    stillBad: badEvents.length,
    first: outcomes.slice(0, TOLD_PARTS).map((outcome, position) => ({ ...outcome, position })),
  };
  return { events, badEvents, outcome: { kind: "unpacked", parts } };
}

function addName(present: Set<string>, event: Event): boolean {
  const name = nameText(event);
  if (present.has(name)) return false;
  present.add(name);
  return true;
}

/** The events that an attempt would let in. */
export function eventsOf(attempt: Tried): readonly Event[] {
  if (attempt.kind === "event") return [attempt.event];
  if (attempt.kind !== "parts") return [];
  return attempt.parts.flatMap((part) => (part.kind === "event" ? [part.event] : []));
}
