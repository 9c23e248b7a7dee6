import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Component } from "./component.ts";
import type { Assertion } from "./evidence.ts";

/** What stands at an identifier's key: the component itself, or where it is kept. */
export type Stored =
  | { readonly kind: "component"; readonly version: number; readonly component: Component }
  | { readonly kind: "pointer"; readonly version: number; readonly to: IdentifierKey };

/** A change of what stands at one key, made only if the version there is still `expected` (0: nothing stands there). */
export interface StoreWrite {
  readonly key: IdentifierKey;
  readonly expected: number;
  readonly next: Stored;
}

export interface ProfileStore {
  /**
   * What stands at each key; a key at which nothing stands is absent from the answer. `fresh` asks for the state after
   * every write that was answered before the call; otherwise the answer may be a moment old, which conditional writes
   * find out. Order and repetition of keys do not matter.
   */
  read(
    keys: readonly IdentifierKey[],
    options?: { readonly fresh?: boolean },
  ): Promise<ReadonlyMap<IdentifierKey, Stored>>;

  /**
   * Each inner list is made whole or not at all, and only if every one of its versions is as expected; lists do not
   * affect one another. Answers the positions of the lists that were refused because a version had moved. Once it has
   * answered, what was made survives the death of the process. At most 100 writes in a list; one write in a list
   * costs least.
   */
  write(lists: readonly (readonly StoreWrite[])[]): Promise<ReadonlySet<number>>;
}

/** A stored component and the key at which it stands. */
export interface ComponentAt {
  readonly key: IdentifierKey;
  readonly version: number;
  readonly component: Component;
}

export interface ComponentPage {
  readonly components: readonly ComponentAt[];
  /** How many keys were looked at, those of pointers included. */
  readonly looked: number;
  /** What the next page is asked for with; absent where this was the last. */
  readonly next?: string;
}

/** Every component there is, page by page. */
export interface ComponentPages {
  /**
   * The components among the next `limit` keys, in an order of the store's own, from the first where `after` is absent.
   * What stands there all the while is answered once. It is no picture of one moment: what is written meanwhile may be
   * answered as it was or as it is, and a component that another takes in may be answered in both, or in neither.
   */
  page(after: string | undefined, limit: number): Promise<ComponentPage>;
  /** About how many keys there are; for a bar that shows progress. */
  size(): Promise<number>;
}

export interface Assertions {
  /** Resolves once the assertions are durable: from then on each reaches the components it speaks of at least once. */
  append(assertions: readonly Assertion[]): Promise<void>;
}
