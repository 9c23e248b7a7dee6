import { HOUR, IN_SHOPS, instantIn, MINUTE, onWeekday, SECOND, SHOP_WEEK, type ShopDay } from "./calendar.ts";
import { SITE } from "./catalogue.ts";
import type { Chance } from "./chance.ts";
import { handwritten, handwrittenPhone, mistyped } from "./handwriting.ts";
import { SHOPS } from "./names.ts";
import { basket, orderFields } from "./order.ts";
import { dayOf, externalId, fullName, type Life, type Oddity, type Story, tell, type World } from "./shop-world.ts";

/** A till that was cut off sells on, and sends its sales when it is back, each with the time it happened. */
interface Outage {
  readonly from: number;
  readonly to: number;
  /** How many sales it held up, and when the last of them was. */
  readonly sales: number;
  readonly last: number;
}

interface Till {
  readonly shop: string;
  readonly outage: Outage | undefined;
}

interface Sale {
  readonly life: Life;
  readonly at: number;
  readonly chance: Chance;
}

/** A day of sales in all shops. */
export function tillDay(world: World, day: ShopDay): void {
  const sales = salesOf(world, day);
  for (const shop of SHOPS) {
    const chance = dayOf(world, day, `till/${shop}`);
    const here = sales.filter(({ life }) => life.person.shop === shop);
    const till: Till = { shop, outage: outageOf(day, here, chance) };
    for (const sale of here) sell(world, till, sale);
  }
}

function salesOf(world: World, day: ShopDay): readonly Sale[] {
  return world.lives.flatMap((life) => {
    const chance = dayOf(world, day, `shopper/${life.person.index}`);
    const count = chance.times(life.person.habits.shop * onWeekday(SHOP_WEEK, day));
    return Array.from({ length: count }, () => ({ life, at: instantIn(day, IN_SHOPS, chance), chance }));
  });
}

/** One day in four a shop's line is down for two to five hours. */
function outageOf(day: ShopDay, sales: readonly Sale[], chance: Chance): Outage | undefined {
  if (!chance.happens(0.25)) return undefined;
  const from = instantIn(day, IN_SHOPS, chance);
  const to = from + chance.between(2 * HOUR, 5 * HOUR);
  const missed = sales.map(({ at }) => at).filter((at) => at >= from && at < to);
  return missed.length === 0 ? undefined : { from, to, sales: missed.length, last: Math.max(...missed) };
}

function sell(world: World, till: Till, sale: Sale): void {
  const { life, at, chance } = sale;
  const { person } = life;
  const isTypo = !life.hasCard && chance.happens(0.1);
  const shown = identityAtTill(world, sale, isTypo);
  const { shop } = till;
  const outage = till.outage !== undefined && at >= till.outage.from && at < till.outage.to ? till.outage : undefined;
  const sent = outage === undefined ? {} : { sent: outage.to + chance.below(30 * SECOND) };
  const oddity: Oddity | undefined = outage !== undefined ? "late" : isTypo && shown.isNamed ? "typo" : undefined;
  const id = `B${world.prefix.slice(-4)}${world.count.toString(36)}`.toUpperCase();
  const affiliation = `Boutique de ${shop}`;
  const properties = orderFields(id, basket(person.taste, chance), { affiliation, shipped: false });
  const story = outage?.last === at ? backOnline(shop, outage) : storyOf(sale, shown, properties.total, affiliation);
  const context = { ...shown.context, library: { name: "caisse", version: "4.2.1" }, locale: "fr-FR" };
  const event = { type: "track", event: "Order Completed", ...shown.ids, properties, context };
  tell(world, { source: "till", happened: at, event, oddity, story, ...sent }, chance);
  if (shown.opened !== undefined) {
    const identify = { type: "identify", ...shown.ids, traits: shown.opened, context };
    tell(world, { source: "till", happened: at + MINUTE, event: identify, oddity, ...sent }, chance);
  }
  if (life.hasAccount && chance.happens(0.2)) useKiosk(world, shop, sale);
}

const backOnline = (shop: string, { from, to, sales }: Outage): Story => ({
  kind: "till_back",
  shop,
  hours: Math.round((to - from) / HOUR),
  sales,
});

interface Shown {
  /** Whether the ticket says who bought. */
  readonly isNamed: boolean;
  readonly ids: { readonly anonymousId?: string };
  readonly context: Readonly<Record<string, unknown>>;
  /** The traits a card was opened with, just now. */
  readonly opened?: Readonly<Record<string, unknown>>;
  readonly typed?: string;
}

/** A loyalty card; an address for the receipt; a new card with both; or nothing but the ticket's number. */
function identityAtTill(world: World, { life, chance }: Sale, isTypo: boolean): Shown {
  const { person } = life;
  const card = externalId("loyalty_card", person.loyaltyCard);
  if (life.hasCard && chance.happens(0.8)) return { isNamed: true, ids: {}, context: { externalIds: [card] } };
  const typed = isTypo ? mistyped(person.email, chance) : handwritten(person.email, chance);
  const email = externalId("email", typed);
  if (!life.hasCard && chance.happens(0.35)) {
    life.hasCard = true;
    life.isInCrm = true;
    life.isChanged = true;
    const phone = handwrittenPhone(person.phone, chance);
    const opened = { firstName: person.firstName, lastName: person.lastName, email: typed, phone };
    return { isNamed: true, ids: {}, context: { externalIds: [card, email] }, opened, typed };
  }
  if (chance.happens(0.3)) return { isNamed: true, ids: {}, context: { externalIds: [email] }, typed };
  return { isNamed: false, ids: { anonymousId: `ticket-${world.prefix}-${world.count.toString(36)}` }, context: {} };
}

function storyOf({ life }: Sale, shown: Shown, euros: number, where: string): Story | undefined {
  if (!shown.isNamed) return undefined;
  const who = fullName(life.person);
  const isTypo = shown.typed !== undefined && shown.typed.trim().toLowerCase() !== life.person.email;
  if (isTypo) return { kind: "typo", who, typed: shown.typed };
  return euros > 350 ? { kind: "big_order", who, euros, where } : undefined;
}

/** The tablet beside the counter: everybody signs in on it, so it is nobody's. */
function useKiosk(world: World, shop: string, { life, at, chance }: Sale): void {
  const id = `kiosk-${shop.toLowerCase()}`;
  const ids = { anonymousId: id, userId: life.person.userId };
  const context = { device: { id, type: "tablet" }, page: { path: "/borne", url: `${SITE}/borne` }, locale: "fr-FR" };
  const happened = at - chance.between(MINUTE, 10 * MINUTE);
  const identify = { type: "identify", ...ids, traits: { email: life.person.email }, context };
  tell(world, { source: "site", happened, event: identify, oddity: "shared_device" }, chance);
  const page = { type: "page", name: "Borne", ...ids, properties: { path: "/borne" }, context };
  tell(world, { source: "site", happened: happened + 20 * SECOND, event: page, oddity: "shared_device" }, chance);
}
