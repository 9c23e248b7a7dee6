import { MINUTE, SECOND } from "./calendar.ts";
import { productFor, SITE } from "./catalogue.ts";
import type { Chance } from "./chance.ts";
import { handwritten, handwrittenPhone, mistyped } from "./handwriting.ts";
import { type Line, orderFields, productFields } from "./order.ts";
import type { Device, Person } from "./person.ts";
import {
  documentationIp,
  fullName,
  isShared,
  type Life,
  type Oddity,
  type Story,
  tell,
  type World,
} from "./shop-world.ts";

/** What brought somebody to the site. */
export type Origin = "direct" | "search" | "social" | "newsletter";

export interface PlannedVisit {
  readonly life: Life;
  readonly at: number;
  readonly origin: Origin;
  readonly chance: Chance;
}

interface Visit {
  readonly world: World;
  readonly life: Life;
  readonly device: Device;
  readonly origin: Origin;
  readonly chance: Chance;
  now: number;
  path: string;
}

/** One visit of the site: pages, products, perhaps a cart, perhaps an account, perhaps an order. */
export function siteVisit(world: World, { life, at, origin, chance }: PlannedVisit): void {
  const device = chance.pick(life.person.devices);
  const visit: Visit = { world, life, device, origin, chance, now: at, path: "/" };
  answerBanner(visit);
  if (life.hasAccount && !isSignedIn(visit) && chance.happens(0.6)) signIn(visit);
  const cart = life.person.allowsAnalytics ? browse(visit) : unseen(visit);
  if (cart.length > 0) checkout(visit, cart);
  if (!life.isSubscribed && chance.happens(0.04)) subscribe(visit);
}

function answerBanner(visit: Visit): void {
  const { life, device } = visit;
  if (life.answered.has(device.id)) return;
  life.answered.add(device.id);
  say(visit, "track", { event: "Consent Preference Updated" });
}

const isSignedIn = ({ world, device, life }: Visit): boolean => world.signedIn.get(device.id) === life;

/** What who refuses analytics looks at is sent to nobody; an order still is one. */
const unseen = ({ chance, life }: Visit): readonly Line[] =>
  chance.happens(0.05) ? [{ product: productFor(life.person.taste, chance), quantity: 1 }] : [];

function browse(visit: Visit): readonly Line[] {
  const { chance, life } = visit;
  const cart: Line[] = [];
  look(visit, "/", "Accueil");
  for (let seen = chance.between(0, 5); seen > 0; seen--) {
    const product = productFor(life.person.taste, chance);
    if (chance.happens(0.4)) {
      look(visit, `/${product.category}`, product.category);
      say(visit, "track", { event: "Product List Viewed", properties: { category: product.category } });
    }
    const line = { product, quantity: 1 };
    look(visit, new URL(product.url).pathname, product.name);
    say(visit, "track", { event: "Product Viewed", properties: { ...productFields(line, 0), currency: "EUR" } });
    if (!chance.happens(0.2)) continue;
    cart.push(line);
    say(visit, "track", { event: "Product Added", properties: { ...productFields(line, 0), currency: "EUR" } });
  }
  return cart;
}

function look(visit: Visit, path: string, title: string): void {
  visit.path = path;
  say(visit, "page", { name: title, properties: { title, path, url: `${SITE}${path}` } });
}

function checkout(visit: Visit, cart: readonly Line[]): void {
  const { chance, life, world } = visit;
  const products = cart.map(productFields);
  visit.path = "/panier";
  if (life.person.allowsAnalytics) say(visit, "track", { event: "Cart Viewed", properties: { products } });
  if (!chance.happens(0.55)) return;
  visit.path = "/commande";
  const id = `W${world.prefix.slice(-4)}${world.count.toString(36)}`.toUpperCase();
  say(visit, "track", { event: "Checkout Started", properties: { order_id: id, currency: "EUR", products } });
  if (!isSignedIn(visit)) {
    if (life.hasAccount) signIn(visit);
    else if (chance.happens(0.75)) signUp(visit);
    else say(visit, "identify", { traits: { email: handwritten(life.person.email, chance) } });
  }
  if (!chance.happens(0.7)) return;
  const coupon = visit.origin === "newsletter" && chance.happens(0.4) ? "LETTRE10" : undefined;
  const sold = { affiliation: "maison-tilleul.example", shipped: true, ...(coupon === undefined ? {} : { coupon }) };
  const properties = orderFields(id, cart, sold);
  life.lastOrder = { id, total: properties.total };
  const who = fullName(life.person);
  const story = properties.total > 250 ? bigOrder(who, properties.total) : undefined;
  say(visit, "track", { event: "Order Completed", properties }, { story });
}

const bigOrder = (who: string, euros: number): Story => ({ kind: "big_order", who, euros, where: "site" });

/** The site's script keeps its anonymous id when somebody else signs in, unless the first signed out. Few do. */
function signIn(visit: Visit): void {
  const { world, device, life } = visit;
  const before = world.signedIn.get(device.id);
  world.signedIn.set(device.id, life);
  const isOthers = isShared(device) && before !== undefined && before !== life;
  const story: Story | undefined = isOthers ? { kind: "shared_tablet", who: fullName(life.person) } : undefined;
  say(visit, "identify", { traits: { email: life.person.email } }, { story });
}

function signUp(visit: Visit): void {
  const { world, device, life, chance } = visit;
  const { person } = life;
  life.hasAccount = true;
  life.isInCrm = true;
  life.isChanged = true;
  life.isSubscribed ||= chance.happens(0.5);
  world.signedIn.set(device.id, life);
  const consent = { marketing_email: life.isSubscribed };
  const story: Story = {
    kind: "signed_up",
    who: fullName(person),
    city: person.town.city,
    userId: person.userId,
  };
  say(visit, "identify", { traits: accountTraits(person, chance) }, { story, consent });
  say(visit, "track", { event: "Signed Up", properties: { method: "email" } });
}

const accountTraits = (person: Person, chance: Chance): Readonly<Record<string, unknown>> => ({
  firstName: person.firstName,
  lastName: person.lastName,
  email: handwritten(person.email, chance),
  ...(chance.happens(0.5) ? { phone: handwrittenPhone(person.phone, chance) } : {}),
  address: { ...person.town, country: "FR" },
  city: person.town.city,
});

/** The form at the foot of every page; who mistypes gets no letter, and may try again another day. */
function subscribe(visit: Visit): void {
  const { chance, life, world } = visit;
  const isTypo = chance.happens(0.08);
  const email = isTypo ? mistyped(life.person.email, chance) : handwritten(life.person.email, chance);
  life.isSubscribed = !isTypo;
  const oddity: Oddity | undefined = isTypo ? "typo" : undefined;
  say(visit, "identify", { traits: { email } }, { oddity, consent: { marketing_email: true } });
  const context = { externalIds: [{ id: email, type: "email", collection: "users", encoding: "none" }] };
  const event = { type: "track", event: "Newsletter Subscribed", properties: { list: "la lettre" }, context };
  tell(world, { source: "newsletter", happened: visit.now + 20 * SECOND, event, oddity }, chance);
}

interface Saying {
  readonly event?: string;
  readonly name?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
}

interface Around {
  readonly story?: Story | undefined;
  readonly oddity?: Oddity | undefined;
  readonly consent?: Readonly<Record<string, boolean>>;
}

/** What the site's script sends, some seconds after it last did. */
function say(visit: Visit, type: string, saying: Saying, around: Around = {}): void {
  const { world, device, chance } = visit;
  const user = world.signedIn.get(device.id);
  visit.now += chance.between(3 * SECOND, 1.5 * MINUTE);
  const event = {
    type,
    ...saying,
    anonymousId: device.id,
    ...(user === undefined ? {} : { userId: user.person.userId }),
    context: contextOf(visit, around.consent ?? {}),
  };
  const oddity = around.oddity ?? (isShared(device) ? "shared_device" : undefined);
  tell(world, { source: "site", happened: visit.now, event, oddity, story: around.story }, chance);
}

const CAMPAIGNS: Readonly<Partial<Record<Origin, Readonly<Record<string, string>>>>> = {
  newsletter: { source: "la-lettre", medium: "email", name: "selection-de-la-semaine" },
  social: { source: "photo-reseau", medium: "social", name: "interieurs" },
};

const REFERRERS: Readonly<Partial<Record<Origin, string>>> = {
  search: "https://recherche.example/",
  social: "https://photo-reseau.example/",
};

function contextOf(visit: Visit, consent: Readonly<Record<string, boolean>>): Readonly<Record<string, unknown>> {
  const { device, life, origin, path } = visit;
  const campaign = CAMPAIGNS[origin];
  const referrer = REFERRERS[origin];
  return {
    library: { name: "analytics.js", version: "npm:next-1.84.0" },
    page: { path, url: `${SITE}${path}`, ...(referrer === undefined ? {} : { referrer }) },
    userAgent: device.userAgent,
    device: { type: device.kind === "laptop" ? "desktop" : device.kind === "phone" ? "mobile" : "tablet" },
    locale: "fr-FR",
    ip: documentationIp(life.person),
    ...(campaign === undefined ? {} : { campaign }),
    consent: { categoryPreferences: { analytics: life.person.allowsAnalytics, ...consent } },
  };
}
