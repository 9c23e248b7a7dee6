import type { JsonObject } from "#core/kernel/json.ts";
import { randomFrom } from "#test/contracts/random.ts";

const PEOPLE = 10_000;
/** So many people are on the site at a time: their events come mixed. */
const AT_ONCE = 64;
const LONGEST_SESSION = 24;
/** One session in three logs in. */
const LOGINS = 0.33;
const START = Date.UTC(2026, 8, 1);
const PAGES = ["/", "/arts-de-la-table", "/linge-de-maison", "/luminaires", "/panier", "/compte/commandes"] as const;
const NAMES = ["Product Viewed", "Product List Viewed", "Product Added", "Order Completed"] as const;

type Sent = JsonObject & { readonly type: "identify" | "track" };

interface Session {
  readonly person: number;
  readonly anonymousId: string;
  left: number;
  /** So many events before the end the person logs in; 0 for never. */
  readonly loginAt: number;
}

/**
 * What clients send, one event at a time, the same for the same seed: sessions of several events of people on one of
 * their two devices, many at once, anonymous until the person logs in. Other seeds are other events of the same people.
 */
function traffic(seed: number): () => Sent {
  const random = randomFrom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const begin = (): Session => {
    const person = below(PEOPLE);
    const left = 2 + below(LONGEST_SESSION - 1);
    return { person, anonymousId: deviceOf(person, below(2)), left, loginAt: random() < LOGINS ? 1 + below(left) : 0 };
  };
  const sessions = Array.from({ length: AT_ONCE }, begin);
  let nth = 0;
  return () => {
    const place = below(AT_ONCE);
    let session = sessions[place] as Session;
    if (session.left === 0) {
      session = begin();
      sessions[place] = session;
    }
    nth++;
    const { person, anonymousId, left, loginAt } = session;
    session.left--;
    const common = {
      messageId: `ajs-next-${seed}-${nth.toString(36).padStart(8, "0")}-${person.toString(36)}`,
      anonymousId,
      ...(left <= loginAt ? { userId: `cus_${person}` } : {}),
      timestamp: new Date(START + nth * 40).toISOString(),
      context: contextOf(PAGES[below(PAGES.length)] ?? "/"),
    };
    if (left === loginAt) return { ...common, type: "identify", traits: traitsOf(person) };
    return { ...common, type: "track", event: NAMES[below(NAMES.length)] ?? "", properties: propertiesOf(below) };
  };
}

export function events(seed: number, count: number): readonly Sent[] {
  const next = traffic(seed);
  return Array.from({ length: count }, next);
}

const deviceOf = (person: number, device: number): string =>
  `${(person * 2 + device).toString(16).padStart(8, "0")}-5e1f-4c3a-9b7d-000000000000`;

const traitsOf = (person: number): JsonObject => ({
  email: `client.${person}@example.fr`,
  firstName: "Inès",
  city: "Nantes",
  plan: person % 3 === 0 ? "fidélité" : "essentiel",
});

const contextOf = (path: string): JsonObject => ({
  page: { path, url: `https://boutique.example.fr${path}`, title: "Boutique" },
  locale: "fr-FR",
  library: { name: "analytics.js", version: "npm:next-1.81.0" },
});

const propertiesOf = (below: (n: number) => number): JsonObject => ({
  product_id: `p-${below(5_000)}`,
  sku: `sku-${below(9_000)}`,
  price: below(9_000) / 100,
  currency: "EUR",
  position: below(40),
});
