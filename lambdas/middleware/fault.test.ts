import { describe, expect, it } from "vitest";
import { LakeQueryError } from "#core/kernel/ports.ts";
import { Fault, faultsOf } from "./fault.ts";

class Store {
  readonly #secret = 42;
  async read(): Promise<number> {
    return this.#secret;
  }
  async fail(): Promise<never> {
    throw new Error("out of reach");
  }
  throwAtOnce(): Promise<never> {
    throw new Error("out of reach");
  }
  async refuse(): Promise<never> {
    throw new LakeQueryError("no such column");
  }
}

describe("failures behind a port", () => {
  const store = faultsOf("store", new Store());

  it("are marked with the port's name and keep their cause", async () => {
    const failure = await store.fail().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Fault);
    expect(failure).toMatchObject({ message: "store.fail failed", cause: { message: "out of reach" } });
    expect(() => store.throwAtOnce()).toThrow(Fault);
  });

  it("leave answers, private state and refused statements as they are", async () => {
    expect(await store.read()).toBe(42);
    await expect(store.refuse()).rejects.toBeInstanceOf(LakeQueryError);
  });
});
