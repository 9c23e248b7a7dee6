import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { MessageEventRow, MessageStatus } from "#core/campaigns/message-event-row.ts";
import type { JsonObject } from "#core/kernel/json.ts";
import { listOf, text } from "#test/support/api-answers.ts";
import { type ApiWorld, apiWorld, duckDbLake, NOW } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
beforeEach(async () => {
  await lake.clear();
  world = await apiWorld(lake);
});

describe("campaigns", () => {
  const news = {
    name: "News",
    segmentId: "all",
    channel: "email",
    purpose: "marketing",
    treatments: [{ name: "one", template: { subject: "Hello", text: "Hello {{traits.first_name}}" } }],
  };

  beforeEach(async () => {
    await world.ask("POST", "/api/segments", { id: "all", name: "All", condition: { trait: "x", exists: true } });
  });

  it("are created, read, changed by version and deleted", async () => {
    const made = await world.ask("POST", "/api/campaigns", news);
    expect(made.body).toMatchObject({ id: "news", version: 1, holdoutPercent: 0, segmentId: "all" });
    const changed = await world.ask("PUT", "/api/campaigns/news", { ...made.body, holdoutPercent: 10 });
    expect(changed.body).toMatchObject({ version: 2, holdoutPercent: 10 });
    expect((await world.ask("GET", "/api/campaigns")).body.campaigns).toEqual([changed.body]);
    expect((await world.ask("DELETE", "/api/segments/all")).body.code).toBe("segment.in_use");
    expect((await world.ask("DELETE", "/api/campaigns/news")).status).toBe(200);
    expect((await world.ask("GET", "/api/campaigns/news")).body.code).toBe("campaign.not_found");
  });

  it("are refused without a segment, a subject, or treatments that tell apart", async () => {
    const post = async (body: JsonObject) => (await world.ask("POST", "/api/campaigns", body)).body;
    expect(await post({ ...news, segmentId: "none" })).toMatchObject({ code: "campaign.unknown_segment" });
    expect(await post({ ...news, treatments: [{ name: "one", template: { text: "x" } }] })).toMatchObject({
      code: "body.invalid",
      message: expect.stringContaining("needs a subject"),
    });
    expect(await post({ ...news, treatments: [...news.treatments, ...news.treatments] })).toMatchObject({
      code: "body.invalid",
    });
  });

  it("are run by an order that is durable when answered", async () => {
    await world.ask("POST", "/api/campaigns", news);
    const given = await world.ask("POST", "/api/campaigns/news/runs", { now: "2026-10-01T00:00:00Z", runId: "r1" });
    expect(given.status).toBe(202);
    const made = await world.ask("POST", "/api/campaigns/news/runs", {});
    expect(made.body.runId).toBe("run-20261102t100000000z");
    expect(world.log).toEqual([
      ["campaignRuns.start", { campaignId: "news", runId: "r1", now: Date.parse("2026-10-01T00:00:00Z") }],
      ["campaignRuns.start", { campaignId: "news", runId: "run-20261102t100000000z", now: NOW }],
    ]);
    expect((await world.ask("POST", "/api/campaigns/none/runs", {})).body.code).toBe("campaign.not_found");
    expect((await world.ask("POST", "/api/campaigns/news/runs", { runId: "../x" })).body.code).toBe("body.invalid");
    expect((await world.ask("POST", "/api/campaigns/news/runs")).status, "no body asks for nothing special").toBe(202);
  });

  it("tell what became of their messages, and list them", async () => {
    const row = (n: number, status: MessageStatus): MessageEventRow => ({
      message_id: `m-${n}`,
      campaign_id: "news",
      run_id: "r1",
      profile_id: `p_${n}`,
      channel: "email",
      treatment: "one",
      address: n === 2 ? null : `${n}@example.org`,
      status,
      reason: n === 2 ? "no_address" : null,
      occurred_at: "2026-11-02T09:00:00.000Z",
      dt: "2026-11-02",
    });
    await lake.append("message_events", [row(0, "sent"), row(1, "sent"), row(2, "not_sent")]);
    const { body } = await world.ask("GET", "/api/campaigns/news/results");
    expect(body).toEqual({
      campaignId: "news",
      runs: [
        {
          runId: "r1",
          outcomes: [
            { treatment: "one", status: "not_sent", reason: "no_address", messages: 1, people: 1 },
            { treatment: "one", status: "sent", reason: null, messages: 2, people: 2 },
          ],
        },
      ],
    });
    const sent = await world.ask("GET", "/api/messages?campaign=news&status=sent&limit=1");
    expect(listOf(sent.body.messages)).toMatchObject([{ messageId: "m-0", address: "0@example.org" }]);
    const rest = await world.ask(
      "GET",
      `/api/messages?campaign=news&status=sent&limit=1&cursor=${text(sent.body.next)}`,
    );
    expect(listOf(rest.body.messages)).toMatchObject([{ messageId: "m-1" }]);
    expect(rest.body.next).toBeNull();
  });
});
