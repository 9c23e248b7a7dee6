/** The process died here. */
export class Death extends Error {
  override readonly name = "Death";
}

/** Counts calls of ports and ends the process at one of them: before the call did anything, or after it did all. */
export class Meter {
  #left: number;
  readonly #after: boolean;
  calls = 0;

  constructor(dieAt: number, after: boolean) {
    this.#left = dieAt;
    this.#after = after;
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    // A dead process calls nothing any more.
    if (this.#left < 0) throw new Death();
    this.calls += 1;
    const dies = this.#left-- === 0;
    if (dies && !this.#after) throw new Death();
    const done = await work();
    if (dies) throw new Death();
    return done;
  }
}

/** The same port, every method of which is a place to die at. */
export function mortal<Port extends object>(port: Port, meter: Meter): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: readonly unknown[]) =>
        meter.call(async () => (await Reflect.apply(member, target, given)) as unknown);
    },
  });
}
