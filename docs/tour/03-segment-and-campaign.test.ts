import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";

const tributary = tributaryOfThisFile();
beforeAll(async () => {
  await send(people.flatMap(historyOf));
});

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
  const { status } = await tributary.send("/v1/batch", { batch });
  expect(status).toBe(200);
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

  /** How many messages of a run came to which end. */
  const outcomes = async (run: string): Promise<Record<string, number>> => {
    const { body } = await tributary.api("/api/campaigns/thanks/results");
    const counts: Record<string, number> = {};
    for (const { runId, outcomes } of body.runs) {
      for (const { status, reason, messages } of runId === run ? outcomes : []) {
        counts[reason === null ? status : `${status}: ${reason}`] = messages;
      }
    }
    return counts;
  };

  const start = async (runId: string): Promise<void> => {
    const { status } = await tributary.api("/api/campaigns/thanks/runs", { runId, now: NOW });
    expect(status).toBe(202);
  };

  const expectAllDone = async (run: string): Promise<void> => {
    const counts = await outcomes(run);
    expect(counts["not_sent: consent_denied"]).toBe(regularsWhoSaid(false));
    expect(counts["not_sent: consent_unknown"]).toBe(regularsWhoSaid(undefined));
    expect((counts.sent ?? 0) + (counts.held_out ?? 0)).toBe(regularsWhoSaid(true));
  };

  it("runs a campaign: those who agreed, but for the held-out", async () => {
    expect((await tributary.api("/api/campaigns", campaign)).status).toBe(201);
    await start("first");
    await eventually(() => expectAllDone("first"));
  });

  /* On one machine nothing leaves it: messages go to an outbox, which shows what became of each. */
  it("shows its messages", async () => {
    const { sent } = await outcomes("first");
    const { body } = await tributary.api("/api/messages?campaign=thanks&status=sent");
    expect(body.messages).toHaveLength(sent ?? -1);
    for (const { address } of body.messages) {
      const person = Number(/^c(\d+)@example\.org$/.exec(address)?.[1]);
      expect([boughtTwice(person), consent(person)]).toEqual([true, true]);
    }
  });

  /*
   * The same run again is the same run: who was written to is not written to again. Another run is another letter; but who
   * was held out of the first is held out of it too, or there would be nobody to compare with.
   */
  it("sends nobody the same message twice, and holds the same people out", async () => {
    const before = await outcomes("first");
    const heldOut = async (run: string): Promise<readonly string[]> => {
      const { body } = await tributary.api(`/api/messages?campaign=thanks&run=${run}&status=held_out`);
      return body.messages.map(({ profileId }: { profileId: string }) => profileId).sort();
    };
    await start("first");
    await start("second");
    /* Runs are made one after another: once the second is done, so is the repetition of the first. */
    await eventually(() => expectAllDone("second"));
    expect(await outcomes("first")).toEqual(before);
    expect(await heldOut("second")).toEqual(await heldOut("first"));
  });

  const regularsWhoSaid = (said: boolean | undefined): number =>
    people.filter((person) => boughtTwice(person) && consent(person) === said).length;
});
