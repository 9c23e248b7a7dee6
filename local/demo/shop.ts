import { hash } from "node:crypto";
import { AT_HOME, instantIn, onWeekday, type ShopDay, shopDayAt, WEB_WEEK } from "./calendar.ts";
import { chanceOf } from "./chance.ts";
import { crmNight, newsletterDay, supportDay } from "./office-day.ts";
import { type Person, personAt } from "./person.ts";
import { type Delivery, dayOf, type Life, type World } from "./shop-world.ts";
import { type Origin, type PlannedVisit, siteVisit } from "./site-visit.ts";
import { tillDay } from "./till-day.ts";

export interface Shop {
  /** Everything that happens follows from it; the same seed, the same shop, person by person and event by event. */
  readonly seed: string;
  /** An instant in the first day, epoch ms. */
  readonly start: number;
  /** How many people there are on the first day; about one in fifty more comes each day. */
  readonly people: number;
}

/**
 * A French shop for household goods, Maison Tilleul, as its own systems tell of it: site, tills, newsletter, CRM and
 * support desk. Yields events in the order in which they are sent, day after day without end. People, addresses and
 * numbers are made up and can belong to nobody.
 */
export function* shopEvents(shop: Shop): Generator<Delivery, never, void> {
  const world = openShop(shop);
  let waiting: readonly Delivery[] = [];
  for (let index = 0; ; index++) {
    const { midnight } = shopDayAt(shop.start, index + 1);
    const all = [...waiting, ...shopDay(world, shopDayAt(shop.start, index))].sort(bySending);
    const cut = all.findIndex(({ at }) => at >= midnight);
    yield* cut < 0 ? all : all.slice(0, cut);
    waiting = cut < 0 ? [] : all.slice(cut);
  }
}

const bySending = (x: Delivery, y: Delivery): number =>
  x.at - y.at || (x.event.messageId < y.event.messageId ? -1 : x.event.messageId > y.event.messageId ? 1 : 0);

function openShop({ seed, start, people }: Shop): World {
  const seeded = chanceOf(`maison-tilleul/${seed}`);
  const prefix = `mt-${hash("sha256", JSON.stringify([seed, start, people]), "hex").slice(0, 10)}`;
  const world: World = { seeded, lives: [], signedIn: new Map(), outbox: [], prefix, count: 0 };
  for (let index = 0; index < people; index++) world.lives.push(bornBefore(world, index));
  return world;
}

/** Somebody who has been a customer of the shop from the first day: worth a look. */
export function customerOf(shop: Shop): Person {
  const customer = openShop(shop).lives.find(({ hasAccount, hasCard }) => hasAccount && hasCard);
  if (customer === undefined) throw new Error(`a shop of ${shop.people} people has no customer with a card`);
  return customer.person;
}

/** Who was there before the simulation starts: customers, holders of a card, readers of the letter, and strangers. */
function bornBefore(world: World, index: number): Life {
  const chance = world.seeded.fork(`past/${index}`);
  const past = chance.weighted([
    ["customer", 40],
    ["card", 15],
    ["reader", 15],
    ["stranger", 30],
  ]);
  const isCustomer = past === "customer";
  return {
    person: personAt(index, world.seeded),
    hasAccount: isCustomer,
    hasCard: past === "card" || (isCustomer && chance.happens(0.5)),
    isSubscribed: past === "reader" || (isCustomer && chance.happens(0.55)),
    isInCrm: isCustomer || past === "card",
    isChanged: isCustomer || past === "card",
    answered: new Set(),
  };
}

const stranger = (world: World, index: number): Life => ({
  person: personAt(index, world.seeded),
  hasAccount: false,
  hasCard: false,
  isSubscribed: false,
  isInCrm: false,
  isChanged: false,
  answered: new Set(),
});

/** What happens on one day, in no order; some of it is sent on a later one. */
function shopDay(world: World, day: ShopDay): readonly Delivery[] {
  world.outbox.length = 0;
  crmNight(world, day);
  const newcomers = dayOf(world, day, "newcomers").times(world.lives.length / 50);
  const known = world.lives.length;
  for (let more = 0; more < newcomers; more++) world.lives.push(stranger(world, world.lives.length));
  const own = world.lives.flatMap((life, index) => visitsOf(world, life, day, index >= known));
  // In order of time, because who signed in last on a family's tablet decides what the next one there looks like.
  const visits = [...own, ...newsletterDay(world, day)].sort((x, y) => x.at - y.at);
  for (const visit of visits) siteVisit(world, visit);
  tillDay(world, day);
  supportDay(world, day);
  return [...world.outbox];
}

const ORIGINS: readonly (readonly [Origin, number])[] = [
  ["direct", 4],
  ["search", 4],
  ["social", 2],
];

function visitsOf(world: World, life: Life, day: ShopDay, isFirst: boolean): readonly PlannedVisit[] {
  const chance = dayOf(world, day, `visits/${life.person.index}`);
  const visits = chance.times(life.person.habits.site * onWeekday(WEB_WEEK, day)) + (isFirst ? 1 : 0);
  return Array.from({ length: visits }, () => {
    const at = instantIn(day, AT_HOME, chance);
    return { life, at, origin: chance.weighted(ORIGINS), chance };
  });
}
