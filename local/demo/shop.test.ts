import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "./calendar.ts";
import { type Shop, shopEvents } from "./shop.ts";
import { type Delivery, SHOP_SOURCES } from "./shop-world.ts";

const MONDAY = Date.UTC(2026, 8, 7);

/** What a shop sends in so many days. */
function deliveriesOf(shop: Shop, days: number): readonly Delivery[] {
  const sent: Delivery[] = [];
  for (const delivery of shopEvents(shop)) {
    if (delivery.at >= shop.start + days * DAY) return sent;
    sent.push(delivery);
  }
  return sent;
}

const seeds = fc.string({ minLength: 1, maxLength: 8 });
const shopOf = (seed: string): Shop => ({ seed, start: MONDAY, people: 400 });

const fortnights = new Map<string, readonly Delivery[]>();

function fortnightOf(seed: string): readonly Delivery[] {
  const sent = fortnights.get(seed) ?? deliveriesOf(shopOf(seed), 14);
  fortnights.set(seed, sent);
  return sent;
}

/**
 * Runs a law over a few shops' fortnights. The shops are the same each time: these laws are about shares, and a law
 * about shares that is asked of ever new shops fails one day without any fault.
 */
const overFortnights = (law: (sent: readonly Delivery[]) => void): void =>
  fc.assert(
    fc.property(seeds, (seed) => law(fortnightOf(seed))),
    { numRuns: 4, seed: 2026, endOnFailure: true },
  );

const share = (sent: readonly Delivery[], is: (delivery: Delivery) => boolean): number =>
  sent.filter(is).length / sent.length;

const emailsIn = ({ event }: Delivery): readonly string[] => {
  const ids = (event.context?.externalIds ?? []) as readonly { type: string; id: string }[];
  const typed = ids.filter(({ type }) => type === "email").map(({ id }) => id);
  const email = event.traits?.email;
  return typeof email === "string" ? [...typed, email] : typed;
};

describe("the shop", () => {
  it("sends the same for the same seed, and something else for another", () => {
    fc.assert(
      fc.property(seeds, seeds, (one, other) => {
        const sent = JSON.stringify(deliveriesOf(shopOf(one), 1));
        expect(JSON.stringify(deliveriesOf(shopOf(one), 1)) === sent).toBe(true);
        expect(JSON.stringify(deliveriesOf(shopOf(other), 1)) === sent).toBe(one === other);
      }),
      { numRuns: 5 },
    );
  });

  it("sends in order, nothing before it happened, from every system", () => {
    overFortnights((sent) => {
      expect(sent.filter(({ at }, position) => at < (sent[position - 1]?.at ?? 0))).toEqual([]);
      expect(sent.filter(({ at, event }) => at < Date.parse(event.timestamp))).toEqual([]);
      expect(new Set(sent.map(({ source }) => source))).toEqual(new Set(SHOP_SOURCES));
    });
  });

  it("repeats about one event in eighty, with the same message id and nothing changed", () => {
    overFortnights((sent) => {
      const first = new Map<string, Delivery>();
      let repeated = 0;
      for (const delivery of sent) {
        const before = first.get(delivery.event.messageId);
        if (before === undefined) first.set(delivery.event.messageId, delivery);
        else {
          repeated++;
          expect(delivery.event).toEqual(before.event);
          expect(delivery.source).toBe(before.source);
        }
      }
      expect(repeated / sent.length).toBeGreaterThan(0.005);
      expect(repeated / sent.length).toBeLessThan(0.025);
    });
  });

  it("has tills that were offline and send hours later, with the time it happened", () => {
    overFortnights((sent) => {
      const sales = sent.filter(({ source, event }) => source === "till" && event.event === "Order Completed");
      const late = sales.filter(({ at, event }) => at - Date.parse(event.timestamp) > HOUR / 4);
      expect(late.length).toBeGreaterThan(0);
      expect(late.length / sales.length).toBeLessThan(0.5);
    });
  });

  it("has addresses typed wrongly, and the same address written in more than one way", () => {
    overFortnights((sent) => {
      expect(sent.some(({ oddity }) => oddity === "typo")).toBe(true);
      const written = new Set(sent.flatMap(emailsIn));
      const meant = new Set([...written].map((email) => email.trim().toLowerCase()));
      expect(written.size).toBeGreaterThan(meant.size);
    });
  });

  it("has devices that several people sign in on: families' tablets and the shops' kiosks", () => {
    overFortnights((sent) => {
      const people = new Map<string, Set<string>>();
      for (const { event } of sent) {
        if (event.anonymousId === undefined || event.userId === undefined) continue;
        people.set(event.anonymousId, (people.get(event.anonymousId) ?? new Set()).add(event.userId));
      }
      const shared = [...people].filter(([, users]) => users.size > 1);
      expect(shared.some(([device]) => device.startsWith("kiosk-"))).toBe(true);
      expect(shared.length / people.size).toBeLessThan(0.2);
    });
  });

  it("has visitors who are strangers first and sign up later on the same device", () => {
    overFortnights((sent) => {
      const strangers = new Set<string>();
      const became = new Set<string>();
      for (const { event } of sent) {
        const { anonymousId, userId } = event;
        if (anonymousId === undefined) continue;
        if (userId === undefined) strangers.add(anonymousId);
        else if (event.event === "Signed Up" && strangers.has(anonymousId)) became.add(anonymousId);
      }
      expect(became.size).toBeGreaterThan(10);
    });
  });

  it("has consent given and withdrawn, and a few events that nobody can use", () => {
    overFortnights((sent) => {
      const said = sent.flatMap(({ event }) => {
        const consent = event.context?.consent as { categoryPreferences?: Record<string, boolean> } | undefined;
        return consent?.categoryPreferences?.marketing_email ?? [];
      });
      expect(new Set(said)).toEqual(new Set([true, false]));
      expect(share(sent, ({ oddity }) => oddity === "broken")).toBeGreaterThan(0.0005);
      expect(share(sent, ({ oddity }) => oddity === "broken")).toBeLessThan(0.01);
    });
  });

  it("narrows from looking to buying, as shops do", () => {
    overFortnights((sent) => {
      const count = (name: string): number =>
        sent.filter(({ source, event }) => source === "site" && event.event === name).length;
      const funnel = ["Product Viewed", "Product Added", "Checkout Started", "Order Completed"].map(count);
      expect(funnel).toEqual([...funnel].sort((x, y) => y - x));
      expect(funnel.at(-1)).toBeGreaterThan(0);
    });
  });

  it("adds its orders up: goods less discount plus shipping is what is paid, tax apart is revenue", () => {
    overFortnights((sent) => {
      for (const { event } of sent.filter((delivery) => delivery.event.event === "Order Completed")) {
        const order = event.properties as Record<"total" | "subtotal" | "discount" | "shipping" | "revenue", number>;
        expect(order.total).toBeCloseTo(order.subtotal - order.discount + order.shipping, 2);
        expect(Math.abs(order.revenue - (order.subtotal - order.discount) / 1.2)).toBeLessThan(0.0051);
        expect(event.properties?.currency).toBe("EUR");
      }
    });
  });

  it("closes its shops on Sundays and at night", () => {
    overFortnights((sent) => {
      const paris = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Paris", weekday: "short", hour: "2-digit" });
      const sales = sent.filter(({ source, event }) => source === "till" && event.event === "Order Completed");
      for (const { event } of sales) {
        const parts = paris.formatToParts(new Date(event.timestamp));
        const part = (name: string): string => parts.find(({ type }) => type === name)?.value ?? "";
        expect(part("weekday")).not.toBe("Sun");
        expect(Number(part("hour"))).toBeGreaterThanOrEqual(10);
        expect(Number(part("hour"))).toBeLessThan(19);
      }
    });
  });

  it("names nobody who could exist: addresses under example domains, numbers kept for fiction", () => {
    const fictional = /^(?:(?:\+262|0)63998|(?:\+33|0)(?:19900|26191|35301|46571|53649))\d{4}$/;
    overFortnights((sent) => {
      for (const { event } of sent) {
        const ids = (event.context?.externalIds ?? []) as readonly { type: string; id: string }[];
        const phones = ids.filter(({ type }) => type === "phone").map(({ id }) => id);
        if (typeof event.traits?.phone === "string") phones.push(event.traits.phone);
        for (const phone of phones) expect(phone.replace(/[ .]/g, "")).toMatch(fictional);
      }
      for (const email of sent.flatMap(emailsIn)) {
        expect(email.trim()).toMatch(/@(?:ex[ae]mple\.(?:org|com|net)|(?:courriel|poste)\.ex[ae]mple)$/i);
      }
    });
  });
});
