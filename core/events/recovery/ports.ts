import type { AdmissionLimits } from "#core/events/admission-limits.ts";
import type { IpPolicy } from "#core/events/ip-policy.ts";
import type { Intake, Plans } from "#core/events/ports.ts";
import type { Source } from "#core/events/source.ts";
import type { Normalise } from "#core/kernel/identifier.ts";
import type { Clock, Definitions } from "#core/kernel/ports.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { RecoveryRule } from "./rule.ts";

/** What makes an event one: where it comes from, and what it is called there. */
export interface EventName {
  readonly source: string;
  readonly messageId: string;
}

/**
 * Whose word it is how a bad event is let in. It is stored before anything of the event is, and by one of those who try
 * at the same time: the others, and whoever takes up what a process that died left behind, let it in by these rules.
 */
export interface RecoveryClaim {
  readonly rules: readonly RecoveryRule[];
  readonly at: EpochMs;
  /** `done`: everything is durable. */
  readonly state: "begun" | "done";
  /** The message id of the event it became; absent where a whole body became many. */
  readonly as?: string;
}

export interface RecoveryPorts {
  readonly clock: Clock;
  readonly intake: Intake;
  /** By the bad event's id. */
  readonly claims: Pick<Definitions<RecoveryClaim>, "get" | "put">;
  /** The source of this id as it is now; `undefined` where there is none. */
  readonly sourceOf: (id: string) => Promise<Source | undefined>;
  readonly plans: Plans;
  /**
   * Which of these events the lake has already, as `nameText`. Only those received since then are looked for. It may
   * miss what came in during the last minutes: then the log holds an event twice, and everything that reads it counts one.
   */
  readonly present: (names: readonly EventName[], since: EpochMs) => Promise<ReadonlySet<string>>;
  readonly limits: AdmissionLimits;
  readonly normalise: Normalise;
  /** What is kept of an address where its source does not say; truncated if absent. */
  readonly ipPolicy?: IpPolicy;
}

export const nameText = ({ source, messageId }: EventName): string => JSON.stringify([source, messageId]);
