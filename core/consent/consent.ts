import { compareStamps, type Stamp } from "#core/kernel/order.ts";

export type ConsentState = "granted" | "denied";

/** The latest word on one purpose: a register that later evidence overwrites, whatever order evidence comes in. */
export interface ConsentRegister extends Stamp {
  readonly state: ConsentState;
  /** The source that said so. */
  readonly source: string;
}

/** Consent by purpose. A purpose nobody spoke of is absent: unknown, which is not the same as denied. */
export type Consent = Readonly<Record<string, ConsentRegister>>;

/** At equal stamps a denial stands: in doubt nobody is written to. */
const later = (x: ConsentRegister, y: ConsentRegister): ConsentRegister => {
  const order = compareStamps(x, y);
  if (order !== 0) return order > 0 ? x : y;
  if (x.state !== y.state) return x.state === "denied" ? x : y;
  return x.source <= y.source ? x : y;
};

/** Commutative, associative, idempotent. Answers `x` itself where `y` adds nothing. */
export function joinConsent(x: Consent, y: Consent): Consent {
  let joined: Record<string, ConsentRegister> | undefined;
  for (const [purpose, theirs] of Object.entries(y)) {
    const mine = Object.hasOwn(x, purpose) ? x[purpose] : undefined;
    if (mine !== undefined && later(mine, theirs) === mine) continue;
    joined ??= { ...x };
    joined[purpose] = theirs;
  }
  return joined ?? x;
}
