/** What a chunk of a body costs beside its bytes: who sends them one by one must not get them cheaper. */
const CHUNK_BYTES = 256;
/** Why somebody who was let in is let go before all of its body was in. */
export type LetGo = "overloaded" | "too_slow";

/** One request that was let in. */
export interface Visit {
  /** Whether there is room for this piece of its body too. */
  holds(chunkBytes: number): boolean;
  /** Says that a piece came, and is not held. */
  passes(chunkBytes: number): void;
  /** Says that nothing is held any more. */
  drop(): void;
  /** Its body is all there: nobody makes it go any more. */
  received(): void;
  /** It is answered. */
  leave(): void;
  /** What to do when it is let go. */
  onLetGo: (why: LetGo) => void;
}

/** Who counts what visitors hold. */
export interface Keeper {
  hold(visitor: Visitor, bytes: number): boolean;
  release(visitor: Visitor): void;
  received(visitor: Visitor): void;
  leave(visitor: Visitor): void;
}

/** A visit as the gate keeps it. */
export class Visitor implements Visit {
  readonly #gate: Keeper;
  /** When it came in. */
  readonly since: number;
  /** How much of its body came, and how much of our memory that takes. */
  bytes = 0;
  held = 0;
  isLarge = false;
  onLetGo: (why: LetGo) => void = () => {};
  #left = false;

  constructor(gate: Keeper, since: number) {
    this.#gate = gate;
    this.since = since;
  }

  holds(chunkBytes: number): boolean {
    this.bytes += chunkBytes;
    return !this.#left && this.#gate.hold(this, chunkBytes + CHUNK_BYTES);
  }

  passes(chunkBytes: number): void {
    this.bytes += chunkBytes;
  }

  drop(): void {
    this.#gate.release(this);
  }

  received(): void {
    this.#gate.received(this);
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#gate.leave(this);
  }
}
