import type { Normalise } from "#core/kernel/identifier.ts";
import type { Clock } from "#core/kernel/ports.ts";
import type { AdmissionLimits } from "./admission-limits.ts";
import { type Admission, admit } from "./admit.ts";
import { type BadEvent, type BadEventCode, badEvent } from "./bad-event.ts";
import type { Event, EventType } from "./event.ts";
import type { Intake } from "./ports.ts";
import type { Source } from "./source.ts";
import type { Unpacked } from "./unpack.ts";

export interface CollectPorts {
  readonly intake: Intake;
  readonly clock: Clock;
  readonly limits: AdmissionLimits;
  readonly normalise: Normalise;
}

/** What became of a request: how many events went in, and how many are kept as bad events. */
export interface Collected {
  readonly accepted: number;
  readonly refused: readonly { readonly position: number; readonly code: BadEventCode }[];
}

/** Admits what a request holds, each event on its own, and answers once all of it is durable. */
export async function collect(
  ports: CollectPorts,
  source: Source,
  unpacked: Unpacked,
  type: EventType | undefined,
): Promise<Collected> {
  const { limits, normalise } = ports;
  const admission: Admission = { source: source.id, trust: source.trust, receivedAt: ports.clock(), limits, normalise };
  const events: Event[] = [];
  const badEvents: BadEvent[] = [];
  const around = {
    sentAt: unpacked.sentAt,
    context: unpacked.context,
    ...(type === undefined ? {} : { type }),
  };
  unpacked.items.forEach((sent, position) => {
    const admitted = admit(sent, { ...around, position }, admission);
    if (admitted.kind === "event") events.push(admitted.event);
    else badEvents.push(admitted.badEvent);
  });
  if (events.length + badEvents.length > 0) await ports.intake.append({ events, badEvents });
  return { accepted: events.length, refused: badEvents.map(({ position, code }) => ({ position, code })) };
}

/** Keeps a whole request that could not be read, so that what was refused can still be looked at. */
export async function keepRefused(
  ports: CollectPorts,
  source: Source,
  refused: { readonly code: BadEventCode; readonly message: string; readonly payload: string },
): Promise<void> {
  const bad = badEvent({
    code: refused.code,
    problems: [{ path: "", message: refused.message }],
    payload: refused.payload,
    receivedAt: ports.clock(),
    source: source.id,
    position: 0,
  });
  await ports.intake.append({ events: [], badEvents: [bad] });
}
