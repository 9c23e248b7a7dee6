import type { Normalise } from "#core/kernel/identifier.ts";
import { isJsonObject } from "#core/kernel/json.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { type EpochMs, parseTime } from "#core/kernel/time.ts";
import type { AdmissionLimits } from "./admission-limits.ts";
import { type Admission, type Admitted, admit, refused as refusedEvent, type Surroundings } from "./admit.ts";
import { allowsOrigin } from "./allows-origin.ts";
import { type BadEvent, type BadEventCode, badEvent, type Problem } from "./bad-event.ts";
import { type CarryingRequest, carrierOf } from "./carrier.ts";
import { deniesEverything } from "./consent-in.ts";
import type { Event, EventType } from "./event.ts";
import { firstPartyIdIn, firstPartyRule, statedConsent } from "./first-party-id.ts";
import type { IpPolicy } from "./ip-policy.ts";
import { jsonText } from "./json-text.ts";
import { keptSurroundings } from "./kept-surroundings.ts";
import type { Intake, Plans } from "./ports.ts";
import type { Source } from "./source.ts";
import type { Unpacked } from "./unpack.ts";
import { wellFormed } from "./well-formed.ts";

export interface CollectPorts {
  readonly intake: Intake;
  readonly clock: Clock;
  readonly limits: AdmissionLimits;
  readonly normalise: Normalise;
  /** What is kept of the address a request comes from; truncated where nothing is said. */
  readonly ipPolicy?: IpPolicy;
  readonly plans: Plans;
}

/** What came with one request. */
export interface Delivery {
  readonly unpacked: Unpacked;
  /** The type the route gives. */
  readonly type?: EventType;
  /** Said beside the body for events that do not say it themselves. */
  readonly anonymousId?: string;
  readonly sentAt?: unknown;
  readonly request?: CarryingRequest;
  /** What the browser keeps of ours, each `name=value`. */
  readonly cookies?: readonly string[];
  /** The site whose page sent it, where a browser says so. */
  readonly origin?: string;
}

/** Whose events they are: all one source's, or each its own, where `undefined` is nobody's. One at least is known. */
export type Senders = Source | readonly (Source | undefined)[];

/** What became of a request: how many events went in, and how many are kept as bad events. */
export interface Collected {
  readonly accepted: number;
  readonly refused: readonly { readonly position: number; readonly code: BadEventCode }[];
}

/** Admits what a request holds, each event on its own, and answers once all of it is durable. */
export async function collect(ports: CollectPorts, from: Senders, delivery: Delivery): Promise<Collected> {
  const events: Event[] = [];
  const badEvents: BadEvent[] = [];
  const admitOne = await admissionOf(ports, from, delivery);
  delivery.unpacked.items.forEach((sent, position) => {
    const admitted = admitOne(sent, position);
    if (admitted.kind === "event") events.push(admitted.event);
    else badEvents.push(admitted.badEvent);
  });
  if (events.length + badEvents.length > 0) await ports.intake.append({ events, badEvents });
  return { accepted: events.length, refused: badEvents.map(({ position, code }) => ({ position, code })) };
}

type AdmitOne = (sent: unknown, position: number) => Admitted;

async function admissionOf(ports: CollectPorts, from: Senders, delivery: Delivery): Promise<AdmitOne> {
  const receivedAt = ports.clock();
  const of = async (source: Source): Promise<AdmitOne> => {
    const around = aroundEach(delivery, source, ports);
    if (!allowsOrigin(source, delivery.origin)) {
      const { code, problems } = NOT_ALLOWED;
      const of = { source: source.id, receivedAt };
      return (sent, position) => refusedEvent(sent, { ...around(sent), position }, of, code, problems);
    }
    const { limits, normalise } = ports;
    const { id, trust, allowedTypes } = source;
    const plan = await planOf(ports.plans, source);
    const admission: Admission = { source: id, trust, receivedAt, limits, normalise, allowedTypes, plan };
    return (sent, position) => admit(sent, { ...around(sent), position }, admission);
  };
  if (!isList(from)) return await of(from);
  const sources = [...new Set(from.filter((source) => source !== undefined))];
  const known = new Map(await Promise.all(sources.map(async (source) => [source, await of(source)] as const)));
  const [voucher] = known.keys();
  return (sent, position) => {
    const source = from[position];
    const admitOne = source === undefined ? undefined : known.get(source);
    return admitOne?.(sent, position) ?? refuseUnknown(sent, position, voucher?.id ?? "", receivedAt);
  };
}

/** A plan that is not there any more holds nobody to anything. */
async function planOf(plans: Plans, { plan }: Source): Promise<Admission["plan"]> {
  const check = plan && (await plans.checkOf(plan.id));
  return check && plan && { check, mode: plan.mode };
}

const isList = (from: Senders): from is readonly (Source | undefined)[] => Array.isArray(from);

type Around = Omit<Surroundings, "position">;

function surroundings(delivery: Delivery, source: Source, { ipPolicy = "truncated" }: CollectPorts): Around {
  const { unpacked, type, anonymousId, request } = delivery;
  const policy = source.ipPolicy ?? ipPolicy;
  const carrier = request === undefined ? undefined : carrierOf(request, source.trust, policy);
  const sentAt = unpacked.sentAt ?? delivery.sentAt;
  return {
    // Read once for the batch; what is no time stays as it is, and is nobody's time again.
    sentAt: parseTime(sentAt) ?? sentAt,
    context: isJsonObject(unpacked.context) ? wellFormed(unpacked.context) : undefined,
    ...(type === undefined ? {} : { type }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...(carrier === undefined ? {} : { carrier }),
  };
}

/** What stands around each event: the same for all, save that one that denies everything is not tied to its browser. */
function aroundEach(delivery: Delivery, source: Source, ports: CollectPorts): (sent: unknown) => Around {
  const around = surroundings(delivery, source, ports);
  const rule = firstPartyRule(source);
  const known = rule && delivery.cookies && firstPartyIdIn(delivery.cookies, rule, ports.clock());
  if (known === undefined) return () => around;
  const ofBrowser = { ...around, browserId: known.id };
  const { context } = delivery.unpacked;
  return (sent) => (deniesEverything(statedConsent(sent, context)) ? around : ofBrowser);
}

interface Reason {
  readonly code: BadEventCode;
  readonly problems: readonly Problem[];
}

/** Kept one by one and not looked into, so that each can be let in once the site is found to be the owner's. */
const NOT_ALLOWED: Reason = {
  code: "origin.not_allowed",
  problems: [{ path: "", message: "it came from a page of a site that its source does not allow" }],
};

/** An event whose own key is nobody's is kept with the source that the rest of its batch came from. */
const refuseUnknown = (sent: unknown, position: number, source: string, receivedAt: EpochMs): Admitted => ({
  kind: "bad",
  badEvent: badEvent({
    code: "event.unknown_key",
    problems: [{ path: "writeKey", message: "no source has this write key" }],
    payload: jsonText(sent),
    receivedAt,
    source,
    position,
  }),
});

/** Keeps a whole request that could not be read, so that what was refused can still be looked at, and perhaps let in. */
export async function keepRefused(
  ports: CollectPorts,
  from: Senders,
  delivery: Omit<Delivery, "unpacked">,
  refused: { readonly code: BadEventCode; readonly message: string; readonly payload: string },
): Promise<void> {
  const source = [from].flat().find((one) => one !== undefined);
  if (source === undefined) return;
  const said = surroundings({ ...delivery, unpacked: { items: [] } }, source, ports);
  const bad = badEvent({
    code: refused.code,
    problems: [{ path: "", message: refused.message }],
    payload: refused.payload,
    receivedAt: ports.clock(),
    source: source.id,
    position: 0,
    around: { whole: true, ...(isList(from) ? { severalKeys: true } : {}), ...keptSurroundings(said) },
  });
  await ports.intake.append({ events: [], badEvents: [bad] });
}
