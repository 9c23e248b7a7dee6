import { fromItem } from "#adapters/aws/component-item.ts";
import { BILLING_STEPS } from "#contracts/prices.ts";
import { PROFILES_TABLE } from "#contracts/tables.ts";
import type { Component } from "#core/profiles/component.ts";
import { type Item, itemBytes } from "./recording-clients.ts";

/** What the same writes would come to if components were stored in another way. */
export interface OtherForms {
  /** Write units if all of an item were nothing but its key, and the ids and times of the events it remembers. */
  readonly eventsAlone: number;
  /** Write units if events went into an item beside it, which is written anew when the first would pass a kilobyte. */
  readonly eventsApart: number;
  /** Further read units then: half a one for each read of a component that has such an item. */
  readonly moreReads: number;
}

const KB = BILLING_STEPS.dynamodbWrite;
const unitsOf = (before: number, after: number): number => Math.max(1, Math.ceil(Math.max(before, after) / KB));
/** The name of the item beside, in the first. */
const REFERENCE_BYTES = 20;

/** How one component would lie in two items. */
interface Apart {
  readonly bytes: number;
  /** Ids of the events in the item beside it, and that item's bytes; absent where there is none. */
  readonly beside?: { readonly ids: ReadonlySet<string>; readonly bytes: number };
}

/** Counts along with the bill, write by write. */
export class OtherFormsBill implements OtherForms {
  eventsAlone = 0;
  eventsApart = 0;
  moreReads = 0;
  readonly #alone = new Map<string, number>();
  readonly #apart = new Map<string, Apart>();

  write(key: string, item: Item, isTransaction: boolean): void {
    const price = isTransaction ? 2 : 1;
    const { [PROFILES_TABLE.component]: _rest, ...alone } = item;
    const bytes = itemBytes(alone);
    this.eventsAlone += price * unitsOf(this.#alone.get(key) ?? 0, bytes);
    this.#alone.set(key, bytes);
    const before = this.#apart.get(key) ?? { bytes: 0 };
    const after = apartFrom(item, before);
    this.eventsApart += price * unitsOf(before.bytes, after.bytes);
    if (after.beside !== before.beside) {
      // What another takes the place of is deleted, at the price of writing it.
      if (before.beside !== undefined) this.eventsApart += unitsOf(before.beside.bytes, 0);
      if (after.beside !== undefined) this.eventsApart += unitsOf(0, after.beside.bytes);
    }
    if (after.beside !== undefined) this.moreReads += 0.5;
    this.#apart.set(key, after);
  }
}

function apartFrom(item: Item, { beside }: Apart): Apart {
  const whole = itemBytes(item);
  const packed = item[PROFILES_TABLE.packed]?.B?.byteLength;
  if (whole <= KB || packed === undefined) return { bytes: whole };
  const stored = fromItem(item);
  const ids = stored.kind === "component" ? eventsOf(stored.component) : [];
  const each = packed / Math.max(1, ids.length);
  const folded = whole - packed + REFERENCE_BYTES;
  if (beside !== undefined) {
    const bytes = folded + each * ids.filter((id) => !beside.ids.has(id)).length;
    if (unitsOf(0, bytes) <= unitsOf(0, folded)) return { bytes, beside };
  }
  if (unitsOf(0, folded) === unitsOf(0, whole)) return { bytes: whole };
  return { bytes: folded, beside: { ids: new Set(ids), bytes: 2 * REFERENCE_BYTES + packed } };
}

const eventsOf = ({ members }: Component): readonly string[] =>
  [...members.values()].flatMap(({ fragment }) => fragment?.recent.map(({ by }) => by) ?? []);
