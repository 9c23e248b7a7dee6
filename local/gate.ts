import { type GateLimits, LARGE_BYTES, type ServerLimits } from "./server-limits.ts";

/** What a chunk of a body costs beside its bytes: who sends them one by one must not get them cheaper. */
const CHUNK_BYTES = 256;
/** An honest sender has its batch in by then, in ms. Where room is short, slower ones make way for it. */
const PATIENCE_MS = 2_000;

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

/** How much is asked for, and how much of it of the room for large bodies. */
interface Room {
  readonly bytes: number;
  readonly largeBytes: number;
}

/** Counts who is in and how much is held, and says who may come in: each question takes the same short time. */
export class Gate {
  readonly #limits: GateLimits;
  readonly #slowest: ServerLimits["slowest"];
  readonly #now: () => number;
  /** Those whose bodies are on their way, longest first. */
  readonly #receiving = new Set<Visitor>();
  #inside = 0;
  #held = 0;
  #largeHeld = 0;

  constructor(limits: GateLimits, slowest: ServerLimits["slowest"], now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#slowest = slowest;
    this.#now = now;
  }

  /** Lets a request in that says it brings so many bytes (0 where it does not say), if there is room for it. */
  admit(declaredBytes: number): Visit | undefined {
    if (this.#inside >= this.#limits.requests && !this.#makeWay()) return undefined;
    const room = { bytes: declaredBytes, largeBytes: declaredBytes > LARGE_BYTES ? declaredBytes : 0 };
    if (!this.#hasRoom(room) && !this.#makeRoom(room)) return undefined;
    this.#inside++;
    const visitor = new Visitor(this, this.#now());
    this.#receiving.add(visitor);
    return visitor;
  }

  /** Lets those go whose bodies arrive too slowly. To be called now and then. */
  sweep(): void {
    const now = this.#now();
    for (const visitor of this.#receiving) {
      const ms = now - visitor.since;
      if (ms < this.#slowest.afterMs) return;
      if (visitor.bytes < (ms / 1_000) * this.#slowest.bytesPerSecond) this.#letGo(visitor, "too_slow");
    }
  }

  hold(visitor: Visitor, bytes: number): boolean {
    const isLarge = visitor.held + bytes > LARGE_BYTES;
    // What was small until now and becomes large counts as large with all that it has.
    const largeBytes = isLarge ? bytes + (visitor.isLarge ? 0 : visitor.held) : 0;
    if (!this.#hasRoom({ bytes, largeBytes }) && !this.#makeRoom({ bytes, largeBytes }, visitor)) return false;
    visitor.held += bytes;
    visitor.isLarge = isLarge;
    this.#held += bytes;
    this.#largeHeld += largeBytes;
    return true;
  }

  release(visitor: Visitor): void {
    this.#held -= visitor.held;
    if (visitor.isLarge) this.#largeHeld -= visitor.held;
    visitor.held = 0;
    visitor.isLarge = false;
  }

  received(visitor: Visitor): void {
    this.#receiving.delete(visitor);
  }

  leave(visitor: Visitor): void {
    this.#receiving.delete(visitor);
    this.release(visitor);
    this.#inside--;
  }

  #hasRoom({ bytes, largeBytes }: Room): boolean {
    const { heldBytes, largeHeldBytes } = this.#limits;
    return this.#held + bytes <= heldBytes && (largeBytes === 0 || this.#largeHeld + largeBytes <= largeHeldBytes);
  }

  #makeRoom(room: Room, besides?: Visitor): boolean {
    while (this.#makeWay(besides)) if (this.#hasRoom(room)) return true;
    return false;
  }

  /** Lets go who has been sending the longest, if that is longer than an honest sender takes. */
  #makeWay(besides?: Visitor): boolean {
    for (const visitor of this.#receiving) {
      if (this.#now() - visitor.since < PATIENCE_MS) return false;
      if (visitor === besides) continue;
      this.#letGo(visitor, "overloaded");
      return true;
    }
    return false;
  }

  #letGo(visitor: Visitor, why: LetGo): void {
    visitor.leave();
    visitor.onLetGo(why);
  }
}

class Visitor implements Visit {
  readonly #gate: Gate;
  readonly since: number;
  /** How much of its body came, and how much of our memory that takes. */
  bytes = 0;
  held = 0;
  isLarge = false;
  onLetGo: (why: LetGo) => void = () => {};
  #left = false;

  constructor(gate: Gate, since: number) {
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
