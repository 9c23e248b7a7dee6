import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import type { BadEvent } from "#core/events/bad-event.ts";
import { collect, keepRefused } from "#core/events/collect.flow.ts";
import type { Event } from "#core/events/event.ts";
import type { IntakeBatch } from "#core/events/ports.ts";
import { nameText, type RecoveryClaim, type RecoveryPorts } from "#core/events/recovery/ports.ts";
import type { Source } from "#core/events/source.ts";
import { type Unpacked, unpack } from "#core/events/unpack.ts";
import type { Definitions } from "#core/kernel/ports.ts";

export const RECEIVED = Date.parse("2026-11-02T10:00:00.000Z");

export const shop: Source = { id: "shop", name: "Shop", kind: "server", trust: "server", enabled: true, keys: [] };

export interface RecoveryWorld {
  readonly ports: RecoveryPorts;
  readonly claims: Definitions<RecoveryClaim>;
  /** What was appended by recoveries, in order. */
  readonly appended: readonly IntakeBatch[];
  /** Each event that anybody who reads the log counts: by name, with its contents as text. */
  counted(): ReadonlyMap<string, ReadonlySet<string>>;
  /** Lets the lake catch up with what was appended. */
  catchUp(): void;
}

const content = ({ position: _position, ...event }: Event & { readonly position?: number }): string =>
  JSON.stringify(event);

/** Recovery over memory. The lake lags behind until it is told to catch up, as it does in the cloud. */
export function recoveryWorld(more: Partial<RecoveryPorts> = {}): RecoveryWorld {
  const appended: IntakeBatch[] = [];
  const claims = memoryDefinitions<RecoveryClaim>(() => RECEIVED);
  let inLake = new Set<string>();
  const events = (): readonly Event[] => appended.flatMap((batch) => batch.events);
  return {
    claims,
    appended,
    ports: {
      clock: () => RECEIVED + 86_400_000,
      intake: { append: async (batch) => void appended.push(batch) },
      claims,
      sourceOf: async (id) => (id === shop.id ? shop : undefined),
      plans: { checkOf: async () => undefined },
      present: async () => inLake,
      limits: defaultAdmissionLimits,
      normalise: (type, raw) => ({ type, value: String(raw) }),
      ...more,
    },
    counted: () => {
      const byName = Map.groupBy(events(), nameText);
      return new Map([...byName].map(([name, copies]) => [name, new Set(copies.map(content))]));
    },
    catchUp: () => {
      inLake = new Set(events().map(nameText));
    },
  };
}

interface Kept {
  readonly events: readonly Event[];
  readonly badEvents: readonly BadEvent[];
}

/** What collection makes of a body that a source sent. */
export async function collected(
  body: unknown,
  { source = shop, ...said }: { readonly source?: Source } & Partial<Unpacked> & object = {},
): Promise<Kept> {
  const batches: IntakeBatch[] = [];
  const ports = { ...recoveryWorld().ports, clock: () => RECEIVED };
  const intake = { append: async (batch: IntakeBatch) => void batches.push(batch) };
  await collect({ ...ports, intake }, source, { unpacked: unpack(body), ...said });
  const [{ events, badEvents } = { events: [], badEvents: [] }] = batches;
  return { events, badEvents };
}

/** A body that was refused whole, as collection keeps it. */
export async function refusedWhole(
  body: unknown,
  code: "batch.too_long" | "batch.large_context" | "body.not_json" | "body.too_large" | "body.bad_gzip",
  said: object = {},
): Promise<BadEvent> {
  const batches: IntakeBatch[] = [];
  const ports = { ...recoveryWorld().ports, clock: () => RECEIVED };
  const intake = { append: async (batch: IntakeBatch) => void batches.push(batch) };
  const payload = typeof body === "string" ? body : JSON.stringify(body);
  await keepRefused({ ...ports, intake }, shop, said, { code, message: "refused", payload });
  const [bad] = batches.flatMap(({ badEvents }) => badEvents);
  if (bad === undefined) throw new Error("nothing was kept");
  return bad;
}
