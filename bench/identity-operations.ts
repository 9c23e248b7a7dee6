import { dynamodbProfileStore } from "#adapters/aws/dynamodb-profile-store.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import { AwsBill } from "./aws-bill.ts";
import { eventFrom } from "./aws-workload.ts";
import { type OtherForms, OtherFormsBill } from "./other-forms.ts";
import { recordingDynamodb } from "./recording-clients.ts";

/** What resolving a stream comes to in DynamoDB's own terms. */
export interface ResolveOperations {
  readonly events: number;
  /** Profiles that a batch changed, summed over batches: however many of its events were about one. */
  readonly profilesTouched: number;
  /** Stored profiles that were taken in by another. */
  readonly merges: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Of the write units, those of transactions: what merges cost. */
  readonly mergeUnits: number;
  readonly meanItemBytes: number;
  readonly largestItemBytes: number;
  readonly otherForms: OtherForms;
}

const pause = async (): Promise<void> => {};

/** Resolves a stream in batches against a recording client, and counts what DynamoDB would bill. */
export async function countResolving(events: readonly Event[], batch: number): Promise<ResolveOperations> {
  const bill = new AwsBill();
  const otherForms = new OtherFormsBill();
  const client = recordingDynamodb(bill, (...write) => otherForms.write(...write));
  const store = dynamodbProfileStore({ table: "profiles", client });
  let [profilesTouched, merges] = [0, 0];
  for (let at = 0; at < events.length; at += batch) {
    const some = events.slice(at, at + batch);
    const { changes } = await absorbEvents({ store, pause }, { events: some, assertions: [] }, defaultIdentityRules);
    for (const { before, after } of changes) {
      if (after.kind === "component") profilesTouched++;
      else if (before?.kind === "component") merges++;
    }
  }
  const { writeUnits, readUnits, transactionUnits, itemBytes, itemsWritten, largestItem } = bill;
  return {
    events: events.length,
    profilesTouched,
    merges,
    writeUnits,
    readUnits,
    mergeUnits: transactionUnits,
    meanItemBytes: itemBytes / itemsWritten,
    largestItemBytes: largestItem,
    otherForms,
  };
}

/** How large each of two profiles is before they are merged. */
export interface ProfileSize {
  /** Identifiers of each: a customer number and devices, or devices alone. */
  readonly members: number;
  /** Events that each of its identifiers remembers. */
  readonly recent: number;
}

export interface MergeCost {
  readonly writeUnits: number;
  readonly readUnits: number;
  /** Of the item that holds both afterwards. */
  readonly bytes: number;
}

const START = Date.UTC(2026, 8, 1);
const NAMES = ["Product Viewed", "Product List Viewed", "Product Added", "Cart Viewed", "Product Clicked"];

/**
 * What the login costs that brings two stored profiles together: one of a customer, one of somebody unknown on devices
 * of their own. It is one event in a batch of its own.
 */
export async function countMerge({ members, recent }: ProfileSize): Promise<MergeCost> {
  const bill = new AwsBill();
  const store = dynamodbProfileStore({ table: "profiles", client: recordingDynamodb(bill) });
  const absorb = (events: readonly Event[]) =>
    absorbEvents({ store, pause }, { events, assertions: [] }, defaultIdentityRules);
  const stranger = devices("stranger", members);
  await absorb(lives("customer", ["user_id", ...devices("customer", members - 1)], recent));
  await absorb(lives("stranger", stranger, recent));
  const before = { writeUnits: bill.writeUnits, readUnits: bill.readUnits };
  const { changes } = await absorb([event("login", 999, { userId: "cus_1", anonymousId: stranger[0] ?? "" })]);
  if (!changes.some((change) => change.before?.kind === "component" && change.after.kind === "pointer")) {
    throw new Error("nothing was merged");
  }
  return {
    writeUnits: bill.writeUnits - before.writeUnits,
    readUnits: bill.readUnits - before.readUnits,
    bytes: bill.largestItem,
  };
}

const devices = (whose: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, nth) => `${whose}-8f14-4c3a-9b7d-${nth.toString(16).padStart(12, "0")}`);

/** What one person does: so many events with each identifier, and links among them by events that carry two. */
function lives(whose: string, identifiers: readonly string[], recent: number): readonly Event[] {
  return identifiers.flatMap((value, at) => {
    const own = value === "user_id" ? { userId: "cus_1" } : { anonymousId: value };
    const said = Array.from({ length: recent }, (_, nth) => event(`${whose}-${at}`, nth, own));
    const [first] = identifiers;
    if (at === 0 || first === undefined) return said;
    const link =
      first === "user_id" ? { userId: "cus_1", anonymousId: value } : { anonymousId: first, deviceId: value };
    return [...said, event(`${whose}-${at}-link`, at, link)];
  });
}

function event(about: string, nth: number, who: Readonly<Record<string, string>>): Event {
  const { deviceId, ...named } = who;
  const at = START + nth * 41_317 + about.length * 7_001;
  return eventFrom(
    {
      type: "track",
      event: NAMES[nth % NAMES.length] ?? "",
      messageId: `m-${about}-${nth}`,
      timestamp: new Date(at).toISOString(),
      ...named,
      properties: { price: nth },
      context: deviceId === undefined ? {} : { device: { id: deviceId } },
    },
    "server",
    { receivedAt: at + 1_000 },
  );
}
