import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { browserContext, type Chance, chanceFrom, uuid } from "./aws-workload.ts";
import { events } from "./traffic.ts";

/** The body of a call to the collector. */
export interface CallBody {
  readonly batch: readonly JsonObject[];
  readonly context?: JsonObject;
}

const { batchBytes, batchEvents, batchContextBytes } = defaultAdmissionLimits;
const AT = "2026-11-21T10:00:00.123Z";
const LIBRARY = { library: { name: "@segment/analytics-node", version: "3.1.0" } };

type Make = (chance: Chance, nth: number) => JsonObject;

const sentBy = (chance: Chance): JsonObject => ({ messageId: `node-next-${uuid(chance)}`, timestamp: AT });
const person = (chance: Chance): JsonObject => ({ userId: `cus_${chance.hex(14)}` });

/** Track calls of a server, with little in them. */
const smallTrack: Make = (chance) => ({
  ...sentBy(chance),
  ...person(chance),
  type: "track",
  event: "Order Refunded",
  properties: { order_id: chance.hex(12), total: chance.below(9_000) / 100, currency: "EUR" },
  context: LIBRARY,
});

const order: Make = (chance) => ({
  ...sentBy(chance),
  ...person(chance),
  type: "track",
  event: "Order Completed",
  properties: {
    order_id: chance.hex(12),
    revenue: chance.below(20_000) / 100,
    currency: "EUR",
    products: Array.from({ length: 3 }, () => ({
      product_id: chance.hex(10),
      sku: chance.hex(8),
      name: "Assiette plate en grès, 27 cm",
      price: chance.below(9_000) / 100,
      quantity: 1 + chance.below(3),
    })),
  },
  context: LIBRARY,
});

/** Who somebody is by two names, and hardly more: the most of a row that is not in what was sent. */
const shortIdentify: Make = (chance) => ({
  ...sentBy(chance),
  ...person(chance),
  type: "identify",
  traits: { email: `client.${chance.hex(6)}@example.fr`, plan: chance.pick(["essentiel", "fidélité"]) },
  context: LIBRARY,
});

const longIdentify: Make = (chance) => ({
  ...sentBy(chance),
  ...person(chance),
  anonymousId: uuid(chance),
  type: "identify",
  traits: {
    email: `client.${chance.hex(6)}@example.fr`,
    phone: `+3361${chance.below(9_000_000) + 1_000_000}`,
    name: `Inès ${chance.hex(7)}`,
    address: { street: "12 rue des Lilas", city: "Nantes", postalCode: "44000", country: "FR" },
    company: { id: chance.hex(8), name: "Grès et Cie", employees: chance.below(500) },
    createdAt: AT,
    ...Object.fromEntries(Array.from({ length: 20 }, (_, nth) => [`likes_range_${nth}`, chance.below(2) === 1])),
    note: "a word and another one ".repeat(12),
  },
  context: LIBRARY,
});

const browserTrack: Make = (chance, nth) => ({
  messageId: `ajs-next-${uuid(chance)}`,
  timestamp: AT,
  anonymousId: uuid(chance),
  type: "track",
  event: "Product Viewed",
  properties: { product_id: chance.hex(10), sku: chance.hex(8), price: chance.below(9_000) / 100, position: nth },
  context: browserContext(chance),
});

const smallest: Make = (_chance, nth) => ({
  type: "track",
  event: "Product Viewed",
  userId: `u${nth}`,
  messageId: `m${nth}`,
});

const shop = events(1, batchEvents);
const shopEvent: Make = (_chance, nth) => shop[nth] ?? {};

/** As many events as a body of so many bytes holds. */
function filled(make: Make, bytes: number): CallBody {
  const chance = chanceFrom(5);
  const batch: JsonObject[] = [];
  let left = bytes - '{"batch":[]}'.length;
  while (batch.length < batchEvents) {
    const event = make(chance, batch.length);
    left -= Buffer.byteLength(JSON.stringify(event)) + 1;
    if (left < 0) break;
    batch.push(event);
  }
  return { batch };
}

/** The largest calls that the collector takes, of kinds that clients and servers send: each is to be one record. */
export const CALLS: Readonly<Record<string, (bytes: number) => CallBody>> = {
  "a shop's small events, of which a plan has something to say of three in four": (bytes) => filled(shopEvent, bytes),
  "small track calls of a server": (bytes) => filled(smallTrack, bytes),
  "orders of three products": (bytes) => filled(order, bytes),
  "identify calls of two identifiers and little else": (bytes) => filled(shortIdentify, bytes),
  "identify calls of thirty traits": (bytes) => filled(longIdentify, bytes),
  "a browser's track calls, all it says of itself with each": (bytes) => filled(browserTrack, bytes),
  "the smallest track calls, as many as a batch may hold": (bytes) => filled(smallest, bytes),
};

/** What takes several records, and why. */
export const SEVERAL = {
  /** A row says each identifier again, as what it is known by: of a call that says nothing else, that is most of it. */
  onlyIdentifiers: (bytes: number): CallBody =>
    filled((chance, nth) => {
      const { context: _context, ...event } = shortIdentify(chance, nth);
      const phone = `+3361${chance.below(9_000_000) + 1_000_000}`;
      return { ...event, traits: { email: `client.${chance.hex(6)}@example.fr`, phone } };
    }, bytes),
  /** The context stands in every row: twenty times the body. */
  saidOnce: (bytes: number): CallBody => ({
    ...filled(smallest, bytes),
    context: { text: "x".repeat(batchContextBytes - 100) },
  }),
  /** Sent from a browser in one request: each row is told the browser, its system and address. */
  withoutContext: (bytes: number): CallBody =>
    filled((chance, nth) => {
      const { context: _context, ...event } = browserTrack(chance, nth);
      return event;
    }, bytes),
} as const;

export const LARGEST_CALL = batchBytes;
