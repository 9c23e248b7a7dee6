import type { Event } from "#core/events/event.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { randomFrom } from "#test/contracts/random.ts";
import { eventFrom } from "./aws-workload.ts";

const START = Date.UTC(2026, 8, 1);
const NAMES = ["Product Viewed", "Product List Viewed", "Product Added", "Order Completed"] as const;
const CITIES = ["Lyon", "Nantes", "Paris", "Saint-Denis", "Fort-de-France"] as const;
/** Of the visits, so many are told of by the shop's server, which knows the person and no device. */
const BY_SERVER = 0.35;

/** Where a person stands: which device is in use, and which of both is known to the store but not yet linked. */
interface Person {
  device: number;
  isDeviceKnown: boolean;
  isKnown: boolean;
}

/** Made-up events that go on for as long as they are asked for. */
export interface Strangers {
  /** The next so many events, in order. */
  next(count: number): readonly Event[];
}

export interface StrangersAsked {
  readonly seed: number;
  readonly people: number;
  /** Of all events, the share that brings two stored profiles together. */
  readonly merging: number;
  /** Events of one visit, mixed with those of the others on the site. 1 is the hardest order: no two that follow share a profile. */
  readonly perVisit: number;
}

/** So many visits go on at a time. */
const AT_ONCE = 64;

interface Visit {
  readonly who: number;
  readonly isByServer: boolean;
  /** The first event of the visit is a login that merges. */
  logsIn: boolean;
  left: number;
}

/**
 * People picked at random visit on a device without a name; their orders come from the shop's server; and some visits
 * begin with a login on a device that was seen, of a person that was seen, who were not yet known to be one: each
 * brings two stored profiles together. After that visit the device is given up.
 */
export function strangers({ seed, people, merging, perVisit }: StrangersAsked): Strangers {
  const random = randomFrom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const crowd = new Crowd(people, below);
  const begin = (): Visit => {
    const ready = random() < merging * perVisit ? crowd.takeReady() : undefined;
    const isByServer = ready === undefined && random() < BY_SERVER;
    return { who: ready ?? below(people), isByServer, logsIn: ready !== undefined, left: perVisit };
  };
  const visits = Array.from({ length: AT_ONCE }, begin);
  let nth = 0;
  const one = (): Event => {
    const place = below(AT_ONCE);
    let visit = visits[place] as Visit;
    if (visit.left === 0) {
      visit = begin();
      visits[place] = visit;
    }
    visit.left--;
    const { who, isByServer, logsIn } = visit;
    visit.logsIn = false;
    const anonymousId = `${who.toString(16).padStart(8, "0")}-5e1f-4c3a-9b7d-${crowd.deviceOf(who).toString(16).padStart(12, "0")}`;
    const sent = { ...commonOf(nth, below), messageId: `m-${seed}-${(nth++).toString(36)}` };
    const arrival = { receivedAt: START + nth * 40 };
    if (logsIn) {
      crowd.logIn(who);
      return eventFrom(
        { ...sent, type: "identify", anonymousId, userId: `cus_${who}`, traits: traitsOf(who) },
        "browser",
        arrival,
      );
    }
    crowd.see(who, isByServer);
    const spoken = isByServer ? { userId: `cus_${who}` } : { anonymousId };
    return eventFrom({ ...sent, type: "track", ...spoken }, isByServer ? "server" : "browser", arrival);
  };
  return { next: (count) => Array.from({ length: count }, one) };
}

/** Who could log in so that two stored profiles merge. */
class Crowd {
  readonly #people: Person[];
  readonly #below: (n: number) => number;
  /** Those whose next login merges. */
  readonly #ready: number[] = [];

  constructor(people: number, below: (n: number) => number) {
    this.#people = Array.from({ length: people }, () => ({ device: 0, isDeviceKnown: false, isKnown: false }));
    this.#below = below;
  }

  deviceOf(who: number): number {
    return this.#at(who).device;
  }

  see(who: number, isByServer: boolean): void {
    const person = this.#at(who);
    const wasReady = person.isKnown && person.isDeviceKnown;
    if (isByServer) person.isKnown = true;
    else person.isDeviceKnown = true;
    if (!wasReady && person.isKnown && person.isDeviceKnown) this.#ready.push(who);
  }

  takeReady(): number | undefined {
    const place = this.#below(this.#ready.length);
    const who = this.#ready[place];
    const last = this.#ready.pop();
    if (who !== undefined && last !== undefined && place < this.#ready.length) this.#ready[place] = last;
    return who;
  }

  logIn(who: number): void {
    const person = this.#at(who);
    person.device++;
    person.isDeviceKnown = false;
  }

  #at(who: number): Person {
    return this.#people[who] as Person;
  }
}

const commonOf = (nth: number, below: (n: number) => number): JsonObject => ({
  event: NAMES[below(NAMES.length)] ?? "",
  timestamp: new Date(START + nth * 40).toISOString(),
  properties: { product_id: `p-${below(5_000)}`, price: below(9_000) / 100, currency: "EUR", position: below(40) },
  context: { locale: "fr-FR", library: { name: "analytics.js", version: "npm:next-1.81.0" } },
});

const traitsOf = (who: number): JsonObject => ({
  email: `client.${who}@example.fr`,
  firstName: "Inès",
  city: CITIES[who % CITIES.length] ?? "",
  plan: who % 3 === 0 ? "fidélité" : "essentiel",
});
