import type { Admission } from "#core/events/admit.ts";
import type { BadEvent } from "#core/events/bad-event.ts";
import type { Source } from "#core/events/source.ts";
import type { RecoveryPorts } from "./ports.ts";
import type { NotRecoverable } from "./recover-bad-event.ts";
import type { LetIn } from "./recover-event.ts";

export type Conditions = Omit<LetIn, "rules"> | NotRecoverable;

/**
 * By what each bad event would be let in: its source as it is now, looked up once, and the time at which it came. Events
 * of files are taken as an import takes them, which asks for no source.
 */
export function conditionsOf(ports: RecoveryPorts): (bad: BadEvent) => Promise<Conditions> {
  const known = new Map<string, Promise<Known | undefined>>();
  const lookUp = (id: string): Promise<Known | undefined> => {
    const asked = known.get(id) ?? sourceAndPlan(ports, id);
    known.set(id, asked);
    return asked;
  };
  return async (bad) => {
    const { limits, normalise, ipPolicy = "truncated" } = ports;
    const admission = { source: bad.source, receivedAt: bad.receivedAt, limits, normalise };
    if (bad.around?.imported === true) return { admission: { ...admission, trust: "server" }, ipPolicy };
    const found = await lookUp(bad.source);
    if (found === undefined) return never(`no source is called ${bad.source} any more; make it again, then recover`);
    const { source, plan } = found;
    if (!source.enabled) return never(`its source ${source.id} is switched off; switch it on, then recover`);
    const { trust, allowedTypes } = source;
    return { admission: { ...admission, trust, allowedTypes, plan }, ipPolicy: source.ipPolicy ?? ipPolicy };
  };
}

const never = (why: string): NotRecoverable => ({ kind: "not_recoverable", why });

interface Known {
  readonly source: Source;
  readonly plan: Admission["plan"];
}

async function sourceAndPlan({ sourceOf, plans }: RecoveryPorts, id: string): Promise<Known | undefined> {
  const source = await sourceOf(id);
  if (source === undefined) return undefined;
  const check = source.plan && (await plans.checkOf(source.plan.id));
  return { source, plan: check && source.plan && { check, mode: source.plan.mode } };
}
