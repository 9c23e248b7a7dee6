import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MESSAGE_STATUS_RANK, type MessageEventRow } from "#core/campaigns/message-event-row.ts";
import { runCampaign } from "#core/campaigns/run-campaign.flow.ts";
import { sendDueMessages } from "#core/campaigns/send-due-messages.flow.ts";
import { campaign, campaignWorld, identify, LEASE, NOW, type Person, type World } from "./campaign-world.ts";
import { Death, Meter, mortal } from "./crashing.ts";

const REQUEST = { campaignId: "spring", runId: "r1", now: NOW };

/** One process: plans the run, sends what is due, and may die at any call of any port. */
async function attempt(world: World, meter: Meter): Promise<"done" | "died"> {
  const { run, send } = world;
  const email = send.channels.email;
  try {
    const ports = {
      audience: mortal(run.audience, meter),
      store: mortal(run.store, meter),
      outbox: mortal(run.outbox, meter),
      lake: mortal(run.lake, meter),
    };
    await runCampaign({ ...run, ...ports }, REQUEST);
    await sendDueMessages({
      ...send,
      ledger: mortal(send.ledger, meter),
      channels: email === undefined ? {} : { email: mortal(email, meter) },
      lake: mortal(send.lake, meter),
      outbox: mortal(send.outbox, meter),
    });
    return "done";
  } catch (error) {
    if (error instanceof Death) return "died";
    throw error;
  }
}

const crashes = fc.array(fc.record({ at: fc.nat({ max: 30 }), after: fc.boolean() }), { maxLength: 4 });
const people = fc.array(
  fc.record({
    email: fc.constantFrom("own", "none"),
    consent: fc.constantFrom(true, true, false, undefined),
  }),
  { minLength: 1, maxLength: 230 },
);

const personAt = (said: { readonly email: string; readonly consent: boolean | undefined }, at: number): Person => ({
  userId: `u${at}`,
  email: said.email === "own" ? `u${at}@example.org` : undefined,
  consent: said.consent,
});

async function worldOf(persons: readonly Person[], recalls: boolean): Promise<World> {
  const world = await campaignWorld({ campaign: campaign({ holdoutPercent: 30 }), recalls });
  await world.tell(...persons.map(identify));
  world.fixAudience();
  return world;
}

/** What the view `messages` would say of each message. */
function standing(rows: readonly MessageEventRow[]): ReadonlyMap<string, MessageEventRow> {
  const last = new Map<string, MessageEventRow>();
  for (const row of rows) {
    const before = last.get(row.message_id);
    if (before === undefined || MESSAGE_STATUS_RANK[row.status] >= MESSAGE_STATUS_RANK[before.status])
      last.set(row.message_id, row);
  }
  return last;
}

async function carryThrough(world: World, deaths: readonly { readonly at: number; readonly after: boolean }[]) {
  for (const { at, after } of deaths) {
    await attempt(world, new Meter(at, after));
    world.wait(LEASE + 1);
  }
  expect(await attempt(world, new Meter(Number.POSITIVE_INFINITY, false))).toBe("done");
  // A claim of the last dead process may have been met too early; it has lapsed by now.
  world.wait(LEASE + 1);
  await sendDueMessages(world.send);
}

describe("a run that dies anywhere and is taken up again", () => {
  it.each([true, false])("dies at every place there is (the provider can tell what it took: %s)", async (recalls) => {
    // More than a batch, so that there is something before and after every place.
    const persons = Array.from({ length: 120 }, (_, at) => personAt({ email: "own", consent: true }, at));
    const whole = new Meter(Number.POSITIVE_INFINITY, false);
    await attempt(await worldOf(persons, recalls), whole);
    expect(whole.calls).toBeGreaterThan(12);
    let uncertain = 0;
    for (let at = 0; at < whole.calls; at++) {
      for (const after of [false, true]) {
        const world = await worldOf(persons, recalls);
        expect(await attempt(world, new Meter(at, after))).toBe("died");
        world.wait(LEASE + 1);
        await carryThrough(world, []);
        const idsBy = Map.groupBy(standing(world.rows()).values(), ({ status }) => status);
        const count = (status: MessageEventRow["status"]): number => idsBy.get(status)?.length ?? 0;
        const delivered = new Set(world.delivered.map(({ id }) => id));
        expect(delivered.size).toBe(world.delivered.length);
        expect(count("sent") + count("uncertain") + count("held_out")).toBe(120);
        if (recalls) expect(count("sent")).toBe(delivered.size);
        for (const { message_id } of idsBy.get("sent") ?? []) expect(delivered).toContain(message_id);
        uncertain += count("uncertain");
      }
    }
    expect(uncertain > 0).toBe(!recalls);
  });

  it("writes to everybody who is to be written to once, where the provider can tell what it took", async () => {
    await fc.assert(
      fc.asyncProperty(people, crashes, async (said, deaths) => {
        const persons = said.map(personAt);
        const world = await worldOf(persons, true);
        await carryThrough(world, deaths);
        const calm = await worldOf(persons, true);
        await carryThrough(calm, []);
        const addresses = (of: World): readonly string[] => of.delivered.map(({ to }) => to.value).sort();
        expect(addresses(world)).toEqual(addresses(calm));
        const summary = (of: World) =>
          [...standing(of.rows()).values()].map((row) => `${row.message_id} ${row.status} ${row.reason}`).sort();
        expect(summary(world)).toEqual(summary(calm));
        expect(standing(world.rows()).size).toBe(persons.length);
      }),
      { numRuns: 60 },
    );
  });

  it("writes to nobody twice and forgets nobody where it cannot tell: who may have been missed is on record", async () => {
    await fc.assert(
      fc.asyncProperty(people, crashes, async (said, deaths) => {
        const persons = said.map(personAt);
        const world = await worldOf(persons, false);
        await carryThrough(world, deaths);
        const delivered = world.delivered.map(({ id }) => id);
        expect(new Set(delivered).size).toBe(delivered.length);
        for (const row of standing(world.rows()).values()) {
          expect(row.status).not.toBe("planned");
          if (row.status === "sent") expect(delivered).toContain(row.message_id);
          if (row.status === "held_out" || row.status === "not_sent") expect(delivered).not.toContain(row.message_id);
        }
        expect(standing(world.rows()).size).toBe(persons.length);
      }),
      { numRuns: 60 },
    );
  });

  it("keeps to the address it chose when the person has a newer one, or an older, by the time it goes on", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 25 }),
        fc.boolean(),
        fc.constantFrom(NOW - 2_000_000, NOW - 500, NOW + 500),
        async (at, after, given) => {
          const persons = Array.from({ length: 5 }, (_, n) => personAt({ email: "own", consent: true }, n));
          const world = await worldOf(persons, true);
          await attempt(world, new Meter(at, after));
          world.wait(LEASE + 1);
          const planned = world.send.outbox.all.size > 0;
          await world.tell(
            ...persons.map(({ userId }) => identify({ userId, email: `${userId}@new.example`, at: given })),
          );
          await carryThrough(world, []);
          expect(world.delivered.length).toBeLessThanOrEqual(persons.length);
          const written = world.delivered.map(({ profileId }) => profileId);
          expect(new Set(written).size).toBe(written.length);
          if (planned) expect(world.delivered.every(({ to }) => to.value.endsWith("@example.org"))).toBe(true);
        },
      ),
      { numRuns: 80 },
    );
  });
});
