import type { Event } from "#core/events/event.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { type Absorption, absorb } from "./absorb.ts";
import { asFirstHeard } from "./as-first-heard.ts";
import { type Assertion, type EvidenceGroup, gatherEvidence } from "./evidence.ts";
import type { HeardEvent } from "./fragment.ts";
import { unreadKeys } from "./locate.ts";
import type { ProfileStore, Stored, StoreWrite } from "./ports.ts";
import { sharedIn } from "./shared-in.ts";

export interface AbsorbPorts {
  readonly store: ProfileStore;
  /** Waits a moment, longer (and less predictably) with each attempt, so that two writers do not keep colliding. */
  readonly pause: (attempt: number) => Promise<void>;
}

/** One component that changed: what stood at the key before, and what stands there now. */
export interface ComponentChange {
  readonly key: IdentifierKey;
  readonly before: Stored | undefined;
  readonly after: Stored;
}

export interface Absorbed {
  readonly changes: readonly ComponentChange[];
  readonly quarantined: number;
}

/** Above this the keys asked for are being fought over; the caller redelivers the batch later. */
const MAX_ATTEMPTS = 12;

/**
 * Takes events and assertions into the profiles they belong to. In the usual case one read and one conditional write
 * for each profile the batch touches; no write where the store knows it all already. Whatever is interrupted or
 * repeated, redelivering the same batch repairs it.
 * Throws where the store fails, or where other writers would not let a component be for `MAX_ATTEMPTS` rounds.
 */
export async function absorbEvents(
  ports: AbsorbPorts,
  batch: { readonly events: readonly Event[]; readonly assertions: readonly Assertion[] },
  rules: IdentityRules,
): Promise<Absorbed> {
  const changes: ComponentChange[] = [];
  let quarantined = 0;
  let events: readonly HeardEvent[] = batch.events;
  let groups = gatherEvidence(events, batch.assertions, new Set(), rules);
  for (let attempt = 0; groups.length > 0; attempt++) {
    if (attempt >= MAX_ATTEMPTS) throw new Error(`${groups.length} components are written by others all the time`);
    if (attempt > 0) await ports.pause(attempt);
    const found = await readAll(ports.store, groups, attempt > 0);
    const shared = sharedIn(found, rules);
    const timed = asFirstHeard(events, found);
    if (timed !== events || (shared.size > 0 && attempt === 0)) {
      events = timed;
      groups = gatherEvidence(events, batch.assertions, shared, rules);
    }
    const absorptions = absorb(groups, await readAll(ports.store, groups, attempt > 0, found), rules);
    const done = await write(ports.store, absorptions);
    for (const { writes } of done) changes.push(...writes.map((made) => changeOf(made, found)));
    quarantined += done.filter((absorption) => absorption.quarantined).length;
    groups = stillOpen(groups, absorptions, new Set(done));
  }
  return { changes, quarantined };
}

/** The groups whose evidence is not yet whole in the store. */
function stillOpen(
  groups: readonly EvidenceGroup[],
  absorptions: readonly Absorption[],
  done: ReadonlySet<Absorption>,
): readonly EvidenceGroup[] {
  const unsettled = absorptions.filter((absorption) => absorption.unfinished || !done.has(absorption));
  const open = new Set(unsettled.flatMap((absorption) => absorption.groups));
  return groups.filter((_, position) => open.has(position));
}

type Reads = Map<IdentifierKey, Stored | undefined>;

async function readAll(
  store: ProfileStore,
  groups: readonly EvidenceGroup[],
  fresh: boolean,
  found: Reads = new Map(),
): Promise<Reads> {
  for (;;) {
    const next = [...new Set(groups.flatMap((group) => unreadKeys(group, found)))];
    if (next.length === 0) return found;
    const read = await store.read(next, { fresh });
    for (const key of next) found.set(key, read.get(key));
  }
}

async function write(store: ProfileStore, absorptions: readonly Absorption[]): Promise<readonly Absorption[]> {
  const pointers = absorptions.flatMap((absorption) => absorption.pointers.map((made) => ({ absorption, made })));
  const lost = pointers.length === 0 ? new Set<number>() : await store.write(pointers.map(({ made }) => [made]));
  const misled = new Set([...lost].map((position) => pointers[position]?.absorption));
  const ready = absorptions.filter((absorption) => !misled.has(absorption));
  const writing = ready.filter((absorption) => absorption.writes.length > 0);
  const refused = writing.length === 0 ? new Set<number>() : await store.write(writing.map(({ writes }) => writes));
  const open = new Set(writing.filter((_, position) => refused.has(position)));
  return ready.filter((absorption) => !open.has(absorption));
}

const changeOf = (made: StoreWrite, found: Reads): ComponentChange => ({
  key: made.key,
  before: found.get(made.key),
  after: made.next,
});
