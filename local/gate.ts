import { type GateLimits, LARGE_BYTES, type ServerLimits } from "./server-limits.ts";
import { type Keeper, type LetGo, type Visit, Visitor } from "./visit.ts";

/** An honest sender has its batch in by then, in ms. Where room is short, slower ones make way for it. */
const PATIENCE_MS = 2_000;

/** How much is asked for, and how much of it of the room for large bodies. */
interface Room {
  readonly bytes: number;
  readonly largeBytes: number;
}

/** Counts who is in and how much is held, and says who may come in: each question takes the same short time. */
export class Gate implements Keeper {
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
