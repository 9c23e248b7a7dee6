import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "./eventually.ts";
import { startTributary, type Tributary } from "./start-tributary.ts";

let tributary: Tributary;
beforeAll(async () => {
  tributary = await startTributary();
  await send(people.flatMap(historyOf));
});
afterAll(() => tributary.stop());

/** Eighty customers: all bought once, every other one twice; one in four said no to letters, one in eight nothing at all. */
const people = Array.from({ length: 80 }, (_, index) => index);
const boughtTwice = (person: number): boolean => person % 2 === 0;
const consent = (person: number): boolean | undefined =>
  person % 4 === 0 ? false : person % 8 === 2 ? undefined : true;

function historyOf(person: number): readonly unknown[] {
  const userId = `c-${person}`;
  const said = consent(person);
  const context = said === undefined ? {} : { consent: { categoryPreferences: { newsletter: said } } };
  const traits = {
    firstName: `Client ${person}`,
    email: `c${person}@example.org`,
    city: person < 40 ? "Lyon" : "Nantes",
  };
  const order = (number: number, timestamp: string) => ({
    type: "track",
    event: "Order Completed",
    userId,
    messageId: `o-${person}-${number}`,
    timestamp,
    properties: { revenue: 20 + person },
  });
  return [
    { type: "identify", userId, messageId: `i-${person}`, timestamp: "2026-09-01T08:00:00Z", traits, context },
    order(1, "2026-09-10T12:00:00Z"),
    ...(boughtTwice(person) ? [order(2, "2026-10-05T12:00:00Z")] : []),
  ];
}

async function send(batch: readonly unknown[]): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${tributary.writeKey}:`).toString("base64")}`;
  const response = await fetch(`${tributary.url}/v1/batch`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ batch }),
  });
  expect(response.status).toBe(200);
}

/** Everything here is asked as of one instant, so that the chapter reads the same in any year. */
const NOW = "2026-10-15T00:00:00Z";

/** At least two orders in 60 days. */
const REGULARS = { event: "Order Completed", within: { last: "60d" }, count: { gte: 2 } };

describe("3 · A segment and a campaign", () => {
  /*
   * A segment is a condition with a name. Before it is one, a preview says whom it would mean, in numbers and in a
   * sentence, and by which query.
   */
  it("previews a condition", async () => {
    await eventually(async () => {
      const { status, body } = await tributary.api("/api/segments/preview", { condition: REGULARS, now: NOW });
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.count).toBe(40);
      expect(body.sentence.en).toContain("Order Completed");
      expect(body.sentence.fr).not.toBe(body.sentence.en);
      expect(body.sql).toContain("profile_id");
    });
  });

  it("defines segments, one by means of another, and lists their members", async () => {
    const regulars = { id: "regulars", name: "Regular customers", condition: REGULARS };
    expect((await tributary.api("/api/segments", regulars)).status).toBe(201);
    const lyon = {
      id: "regulars-lyon",
      name: "Regular customers in Lyon",
      condition: { all: [{ segment: "regulars" }, { trait: "city", eq: "Lyon" }] },
    };
    expect((await tributary.api("/api/segments", lyon)).status).toBe(201);
    const { body } = await tributary.api(`/api/segments/regulars-lyon/members?now=${NOW}`);
    expect(body.count).toBe(20);
    expect(body.members).toHaveLength(20);
    /* A member is a profile id, and leads to the person. */
    const { body: person } = await tributary.api(`/api/profiles/id:${body.members[0]}`);
    expect(person.traits.city).toBe("Lyon");
  });

  it("says what is wrong with a condition", async () => {
    const { status, body } = await tributary.api("/api/segments/preview", { condition: { trait: "city", is: "Lyon" } });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "segment.bad_condition", message: expect.any(String) });
  });

  /*
   * A campaign says something to a segment's members, for a purpose they agreed to. Who said no is not written to, nor
   * who said nothing: silence is no consent. A share is held out, to compare with. A run is asked for and goes on by itself.
   */
  const campaign = {
    id: "thanks",
    name: "Thank you",
    segmentId: "regulars",
    channel: "email",
    purpose: "newsletter",
    holdoutPercent: 40,
    treatments: [
      {
        name: "plain",
        template: { subject: "Thank you, {{traits.firstName}}", text: "See you soon, {{traits.firstName}}." },
      },
    ],
  };

  const outcomes = async (): Promise<Record<string, number>> => {
    const { body } = await tributary.api("/api/campaigns/thanks/results");
    const counts: Record<string, number> = {};
    for (const run of body.runs) {
      for (const { status, reason, messages } of run.outcomes) {
        counts[reason === null ? status : `${status}: ${reason}`] = messages;
      }
    }
    return counts;
  };

  it("runs a campaign: those who agreed, but for the held-out", async () => {
    expect((await tributary.api("/api/campaigns", campaign)).status).toBe(201);
    expect((await tributary.api("/api/campaigns/thanks/runs", { runId: "first", now: NOW })).status).toBe(202);
    await eventually(async () => {
      const counts = await outcomes();
      expect(counts["not_sent: consent_denied"]).toBe(regularsWhoSaid(false));
      expect(counts["not_sent: consent_unknown"]).toBe(regularsWhoSaid(undefined));
      expect((counts.sent ?? 0) + (counts.held_out ?? 0)).toBe(regularsWhoSaid(true));
    });
  });

  /* On one machine nothing leaves it: messages go to an outbox, which shows what became of each. */
  it("shows its messages", async () => {
    const { sent } = await outcomes();
    const { body } = await tributary.api("/api/messages?campaign=thanks&status=sent");
    expect(body.messages).toHaveLength(sent ?? -1);
    for (const { address } of body.messages) {
      const person = Number(/^c(\d+)@example\.org$/.exec(address)?.[1]);
      expect([boughtTwice(person), consent(person)]).toEqual([true, true]);
    }
  });

  /* The same run again is the same run: who was written to is not written to again, who was held out stays so. */
  it("sends nobody the same message twice", async () => {
    const before = await outcomes();
    expect((await tributary.api("/api/campaigns/thanks/runs", { runId: "first", now: NOW })).status).toBe(202);
    await send([{ type: "track", event: "Seen", userId: "c-0", messageId: "later" }]);
    await eventually(async () => {
      const { body } = await tributary.api("/api/profiles/user_id:c-0/events?event=Seen");
      expect(body.events).toHaveLength(1);
    });
    expect(await outcomes()).toEqual(before);
  });

  const regularsWhoSaid = (said: boolean | undefined): number =>
    people.filter((person) => boughtTwice(person) && consent(person) === said).length;
});
