import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { admit } from "#core/events/admit.ts";
import type { Event } from "#core/events/event.ts";
import type { Trust } from "#core/events/source.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { DAY, MINUTE } from "#core/kernel/time.ts";
import { randomFrom } from "#test/contracts/random.ts";

/** What one HTTP request brings in. */
export type Request = readonly Event[];

const EVENTS_PER_REQUEST = 20;
const START = Date.UTC(2026, 8, 1);
const DAYS = 60;
const PAGES = ["/", "/arts-de-la-table", "/linge-de-maison", "/luminaires", "/panier", "/compte/commandes"];
const NAMES = ["Product Viewed", "Product List Viewed", "Product Added", "Cart Viewed", "Product Clicked"];
const CITIES = ["Lyon", "Nantes", "Paris", "Saint-Denis", "Fort-de-France"];

interface Person {
  readonly userId: string;
  readonly traits: JsonObject;
  readonly devices: readonly string[];
}

export interface Chance {
  readonly random: () => number;
  readonly below: (n: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
  readonly hex: (length: number) => string;
}

export function chanceFrom(seed: number): Chance {
  const random = randomFrom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const hex = (length: number): string => Array.from({ length }, () => below(16).toString(16)).join("");
  return { random, below, hex, pick: (list) => list[below(list.length)] as (typeof list)[number] };
}

export const uuid = ({ hex }: Chance): string => [8, 4, 4, 4, 12].map(hex).join("-");

function personFrom(chance: Chance): Person {
  const userId = `cus_${chance.hex(14)}`;
  const traits = {
    email: `client.${chance.hex(6)}@${chance.pick(["gmail.com", "orange.fr", "free.fr"])}`,
    firstName: chance.pick(["Inès", "Jules", "Zoé", "Adam"]),
    lastName: chance.hex(7),
    phone: `+3361${Array.from({ length: 7 }, () => chance.below(10)).join("")}`,
    city: chance.pick(CITIES),
    createdAt: new Date(START - chance.below(900) * DAY).toISOString(),
    plan: chance.pick(["essentiel", "fidélité"]),
  };
  return { userId, traits, devices: Array.from({ length: 1 + chance.below(3) }, () => uuid(chance)) };
}

/**
 * A shop's requests, in the order in which they come: visits of people on one of their devices, twenty events each,
 * anonymous until they log in (if they do); and the shop's own server, twenty orders of different people each.
 * The events are of about a kilobyte, as browsers' libraries send them.
 */
export function shopRequests(people: number, visitsEach: number, seed = 1): readonly Request[] {
  const chance = chanceFrom(seed);
  const known = Array.from({ length: people }, () => personFrom(chance));
  const visits = Array.from({ length: people * visitsEach }, () => {
    const at = START + chance.below(DAYS) * DAY + chance.below(DAY);
    const person = chance.pick(known);
    return { at, request: (): Request => visitOf(chance, person, at) };
  });
  const orders = Array.from({ length: Math.ceil((people * visitsEach) / 10) }, () => {
    const at = START + chance.below(DAYS) * DAY + chance.below(DAY);
    return { at, request: (): Request => ordersOf(chance, known, at) };
  });
  return [...visits, ...orders].sort((x, y) => x.at - y.at).map(({ request }) => request());
}

function visitOf(chance: Chance, person: Person, at: number): Request {
  const anonymousId = chance.pick(person.devices);
  // One visit in three logs in, some way into it.
  const login = chance.random() < 0.33 ? chance.below(EVENTS_PER_REQUEST) : EVENTS_PER_REQUEST;
  const skew = chance.below(4_000) - 2_000;
  const times = timesFrom(chance, at);
  const end = times.at(-1) ?? at;
  // Sent once the visit is over, and on the way for a moment. All of it is told by the browser's own clock.
  const arrival = { sentAt: end + 300 + skew, receivedAt: end + 340 + chance.below(200) };
  return times.map((time, nth) => {
    const when = { messageId: `ajs-next-${uuid(chance)}`, timestamp: new Date(time + skew).toISOString() };
    const context = browserContext(chance);
    const who = nth >= login ? { anonymousId, userId: person.userId } : { anonymousId };
    if (nth === login)
      return eventFrom({ ...when, ...who, type: "identify", traits: person.traits, context }, "browser", arrival);
    const properties = {
      product_id: chance.hex(10),
      sku: chance.hex(8),
      price: chance.below(9_000) / 100,
      position: nth,
    };
    const sent = { ...when, ...who, type: "track", event: chance.pick(NAMES), properties, context };
    return eventFrom(sent, "browser", arrival);
  });
}

/** A click every two seconds to two minutes, to the millisecond: round times would be stored in fewer bytes. */
function timesFrom(chance: Chance, at: number): readonly number[] {
  let time = at;
  return Array.from({ length: EVENTS_PER_REQUEST }, () => {
    time += 2_000 + chance.below(118_000);
    return time;
  });
}

const ordersOf = (chance: Chance, people: readonly Person[], at: number): Request =>
  timesFrom(chance, at).map((time) => {
    const { userId, traits } = chance.pick(people);
    const products = Array.from({ length: 3 }, () => ({
      product_id: chance.hex(10),
      sku: chance.hex(8),
      name: "Assiette plate en grès, 27 cm",
      price: chance.below(9_000) / 100,
      quantity: 1 + chance.below(3),
    }));
    const revenue = products.reduce((sum, { price }) => sum + price, 0);
    return eventFrom(
      {
        type: "track",
        event: "Order Completed",
        userId,
        messageId: `order-${chance.hex(16)}`,
        timestamp: new Date(time).toISOString(),
        properties: { order_id: chance.hex(12), revenue, currency: "EUR", products, shipping: { method: "relais" } },
        context: { traits: { email: traits.email ?? "" }, library: { name: "analytics-node", version: "3.1.0" } },
      },
      "server",
      { receivedAt: at + EVENTS_PER_REQUEST * 2 * MINUTE },
    );
  });

export const browserContext = (chance: Chance): JsonObject => ({
  page: {
    path: chance.pick(PAGES),
    url: `https://boutique.example.fr${chance.pick(PAGES)}?ref=${chance.hex(6)}`,
    title: "Boutique, arts de la table et linge de maison",
    referrer: "https://www.google.com/",
  },
  userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Safari/604.1",
  locale: "fr-FR",
  timezone: "Europe/Paris",
  library: { name: "analytics.js", version: "npm:next-1.81.0" },
  consent: { categoryPreferences: { analytics: true, advertising: false } },
});

const normalise = normaliserFor(defaultIdentityRules);

interface Arrival {
  readonly receivedAt: number;
  /** As browsers say it with each request; servers do not. */
  readonly sentAt?: number;
}

export function eventFrom(sent: JsonObject, trust: Trust, { receivedAt, sentAt }: Arrival): Event {
  const limits = defaultAdmissionLimits;
  const source = trust === "browser" ? "boutique-web" : "boutique-server";
  const around = sentAt === undefined ? { position: 0 } : { position: 0, sentAt };
  const admitted = admit(sent, around, { source, trust, receivedAt, limits, normalise });
  if (admitted.kind === "bad") throw new Error(`a made-up event was refused: ${admitted.badEvent.code}`);
  return admitted.event;
}

/** CDNOW's purchases as orders of known customers, twenty to a request, in the order of the file's days. */
export function cdnowRequests(csv: string): readonly Request[] {
  const rows = csv.trim().split(/\r?\n/).slice(1);
  const events = rows
    .map((row, nth) => ({ fields: row.split(","), nth }))
    .map(({ fields: [customer = "", day = "", quantity = "", revenue = ""], nth }) =>
      eventFrom(
        {
          type: "track",
          event: "Order Completed",
          userId: customer,
          messageId: `cdnow-${nth}`,
          timestamp: day,
          properties: { quantity: Number(quantity), revenue: Number(revenue), currency: "USD" },
        },
        "server",
        { receivedAt: START },
      ),
    )
    .sort((x, y) => x.eventTime - y.eventTime);
  const requests: Event[][] = [];
  for (let at = 0; at < events.length; at += EVENTS_PER_REQUEST)
    requests.push(events.slice(at, at + EVENTS_PER_REQUEST));
  return requests;
}
