import { LakeQueryError } from "#core/kernel/ports.ts";

/** The world broke behind a port: a store is out of reach, a limit was hit. Ends at the door, as 503. */
export class Fault extends Error {
  override readonly name = "Fault";
  /** What was called: `store.read`. */
  readonly port: string;

  constructor(port: string, cause: unknown) {
    super(`${port} failed`, { cause });
    this.port = port;
  }
}

/**
 * The same port, whose failures say that they came from behind it. So the door can tell the world's failures, which
 * may pass, from our own mistakes, without asking adapters of many makes to throw alike.
 */
export function faultsOf<Port extends object>(name: string, port: Port): Port {
  return new Proxy(port, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== "function" || typeof property === "symbol") return member;
      return (...given: unknown[]): unknown => {
        const fail = (error: unknown): never => {
          throw error instanceof LakeQueryError ? error : new Fault(`${name}.${property}`, error);
        };
        try {
          const answered: unknown = Reflect.apply(member, target, given);
          return answered instanceof Promise ? answered.catch(fail) : answered;
        } catch (error) {
          return fail(error);
        }
      };
    },
  });
}
