import type { SQSEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import type { RunRequest } from "#core/campaigns/run-campaign.flow.ts";
import { campaign, campaignWorld, identify, NOW } from "#test/campaigns/campaign-world.ts";
import { runCampaignHandler } from "./handler.ts";

const delivered = (bodies: Readonly<Record<string, unknown>>): SQSEvent => ({
  Records: Object.entries(bodies).map(
    ([messageId, body]) =>
      ({ messageId, body: typeof body === "string" ? body : JSON.stringify(body) }) as SQSEvent["Records"][number],
  ),
});

const asked = { v: 1, campaignId: "spring", runId: "r1", now: NOW };
const longTime = { getRemainingTimeInMillis: () => 900_000 };

/** Every port appends to one list, so that a test sees what happened and in which order. */
async function recordingWorld(people: number) {
  const world = await campaignWorld({ campaign: campaign() });
  await world.tell(
    ...Array.from({ length: people }, (_, at) =>
      identify({ userId: `u${at}`, email: `u${at}@example.org`, consent: true }),
    ),
  );
  world.fixAudience();
  const happened: string[] = [];
  const rests: RunRequest[] = [];
  let broken = false;
  const handler = runCampaignHandler({
    ...world.run,
    outbox: {
      planned: async (ids) => {
        happened.push(`planned? ${ids.length}`);
        return world.run.outbox.planned(ids);
      },
      plan: async (messages) => {
        if (broken) throw new Error("the queue is out of reach");
        happened.push(`plan ${messages.length}`);
        await world.run.outbox.plan(messages);
      },
    },
    lake: {
      append: async (table, rows) => {
        happened.push(`${table} ${rows.length}`);
        await world.run.lake.append(table, rows);
      },
    },
    goOn: async (rest) => {
      happened.push("go on later");
      rests.push(rest);
    },
    onReport: ({ kind, planned }) => happened.push(`${kind} ${planned}`),
    onRefused: ({ code }, messageId) => happened.push(`${messageId} refused: ${code}`),
    onTrouble: (_error, messageId) => happened.push(`trouble with ${messageId}`),
  });
  return {
    handler,
    happened,
    rests,
    world,
    setBroken: (is: boolean) => {
      broken = is;
    },
  };
}

describe("the run-campaign function", () => {
  it("plans messages first and says so then, a hundred people at a time", async () => {
    const { handler, happened } = await recordingWorld(130);
    expect(await handler(delivered({ a: asked }), longTime)).toEqual({ batchItemFailures: [] });
    expect(happened).toEqual([
      "planned? 100",
      "plan 100",
      "message_events 100",
      "planned? 30",
      "plan 30",
      "message_events 30",
      "finished 130",
    ]);
  });

  it("asks for the rest when time runs out, and each part goes on behind the one before", async () => {
    const { handler, happened, rests, world } = await recordingWorld(250);
    const noTime = { getRemainingTimeInMillis: () => 30_000 };
    let next: RunRequest | undefined = { campaignId: "spring", runId: "r1", now: NOW };
    for (let part = 0; next !== undefined; part++) {
      expect(part).toBeLessThan(3);
      expect(await handler(delivered({ a: { v: 1, ...next } }), noTime)).toEqual({ batchItemFailures: [] });
      next = rests.shift();
    }
    expect(happened.filter((what) => /^(paused|finished|go)/.test(what))).toEqual([
      "paused 100",
      "go on later",
      "paused 100",
      "go on later",
      "finished 50",
    ]);
    expect(world.send.outbox.all.size).toBe(250);
    expect(world.rows()).toHaveLength(250);
  });

  it("has a run delivered again where something broke, and its neighbours not", async () => {
    const { handler, happened, setBroken, world } = await recordingWorld(5);
    setBroken(true);
    const bodies = { a: "{", b: { ...asked, v: 2 }, c: "null", d: asked, e: { ...asked, campaignId: "gone" } };
    const answer = await handler(delivered(bodies), longTime);
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(["a", "b", "c", "d"]);
    expect(happened).toContain("e refused: campaign.not_found");
    setBroken(false);
    expect(await handler(delivered({ d: asked }), longTime)).toEqual({ batchItemFailures: [] });
    expect(world.send.outbox.all.size).toBe(5);
  });
});
