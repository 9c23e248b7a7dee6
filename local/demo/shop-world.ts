import { MINUTE, SECOND, type ShopDay } from "./calendar.ts";
import type { Chance } from "./chance.ts";
import type { Device, Person } from "./person.ts";

/** The systems of the shop that know something of its customers. Each has a write key of its own. */
export const SHOP_SOURCES = ["site", "till", "newsletter", "crm", "support"] as const;
export type ShopSource = (typeof SHOP_SOURCES)[number];

/** Segment's message as a client sends it. A broken one lacks what it should have; that is what makes it broken. */
export interface ShopEvent {
  readonly type: string;
  readonly messageId: string;
  /** When it happened, ISO 8601. */
  readonly timestamp: string;
  readonly event?: string;
  readonly name?: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
}

/** What is not as it should be with an event, as it happens in every shop. */
export type Oddity = "duplicate" | "late" | "typo" | "shared_device" | "broken";

/** Something worth telling whoever watches. Names are of people who do not exist. */
export type Story =
  | { readonly kind: "signed_up"; readonly who: string; readonly city: string; readonly userId: string }
  | { readonly kind: "till_back"; readonly shop: string; readonly hours: number; readonly sales: number }
  | { readonly kind: "shared_tablet"; readonly who: string }
  | { readonly kind: "consent_withdrawn"; readonly who: string }
  | { readonly kind: "typo"; readonly who: string; readonly typed: string }
  | { readonly kind: "big_order"; readonly who: string; readonly euros: number; readonly where: string };

/** One event on its way from one system of the shop. */
export interface Delivery {
  readonly source: ShopSource;
  /** When it is sent, epoch ms of simulated time; later than it happened, sometimes by hours. */
  readonly at: number;
  readonly event: ShopEvent;
  readonly oddity?: Oddity;
  readonly story?: Story;
}

/** What has become of a person so far. */
export interface Life {
  readonly person: Person;
  hasAccount: boolean;
  hasCard: boolean;
  isSubscribed: boolean;
  isInCrm: boolean;
  /** Something the next CRM export has to say. */
  isChanged: boolean;
  /** Devices on which the consent banner was answered. */
  readonly answered: Set<string>;
  lastOrder?: { readonly id: string; readonly total: number };
}

/** The shop while it is simulated. */
export interface World {
  readonly seeded: Chance;
  readonly lives: Life[];
  /** Who a device's browser is signed in as. */
  readonly signedIn: Map<string, Life>;
  readonly outbox: Delivery[];
  /** Distinguishes the message ids of this simulation from those of every other. */
  readonly prefix: string;
  count: number;
}

export interface Told {
  readonly source: ShopSource;
  readonly happened: number;
  /** When it is sent, where that is not at once. */
  readonly sent?: number;
  readonly event: Omit<ShopEvent, "messageId" | "timestamp">;
  readonly oddity?: Oddity | undefined;
  readonly story?: Story | undefined;
}

/** One in eighty is sent twice: the client timed out, though the first had arrived. */
const REPEATED = 1 / 80;
/** One in three hundred from the till or the site comes without what it needs: software has faults. */
const BROKEN = 1 / 300;

/** Puts an event on its way, with the mishaps of the way. */
export function tell(world: World, told: Told, chance: Chance): void {
  const messageId = `${world.prefix}-${(world.count++).toString(36)}`;
  const event: ShopEvent = { ...told.event, messageId, timestamp: new Date(told.happened).toISOString() };
  const at = told.sent ?? told.happened + chance.between(100, 5_000);
  const isBroken = (told.source === "till" || told.source === "site") && chance.happens(BROKEN);
  const oddity = isBroken ? "broken" : told.oddity;
  const delivery: Delivery = {
    source: told.source,
    at,
    event: isBroken ? broken(event, chance) : event,
    ...(oddity === undefined ? {} : { oddity }),
    ...(told.story === undefined || isBroken ? {} : { story: told.story }),
  };
  world.outbox.push(delivery);
  if (!chance.happens(REPEATED)) return;
  const again = at + chance.between(2 * SECOND, 2 * MINUTE);
  world.outbox.push({ source: told.source, at: again, event: delivery.event, oddity: "duplicate" });
}

/** Without anybody it is about, or of a type that there is not. */
function broken(event: ShopEvent, chance: Chance): ShopEvent {
  if (chance.happens(0.5)) return { ...event, type: "trakc" };
  const { userId: _userId, anonymousId: _anonymousId, traits: _traits, context: _context, ...rest } = event;
  return rest;
}

export const fullName = ({ firstName, lastName }: Person): string => `${firstName} ${lastName}`;

/** The address that a person's events of a day come from: documentation ranges only (RFC 5737). */
export const documentationIp = (person: Person): string =>
  `${["192.0.2", "198.51.100", "203.0.113"][person.index % 3]}.${1 + (Math.floor(person.index / 3) % 254)}`;

export const isShared = (device: Device): boolean => device.kind === "tablet";

/** Segment's way of carrying identifiers of other systems. */
export const externalId = (type: string, id: string): Readonly<Record<string, string>> => ({
  id,
  type,
  collection: "users",
  encoding: "none",
});

/** How a person's part of a day is drawn: the same whatever became of everybody else. */
export const dayOf = (world: World, day: ShopDay, what: string): Chance => world.seeded.fork(`${what}/${day.index}`);
