import { Analytics } from "@segment/analytics-node";
import { describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";

const tributary = tributaryOfThisFile();
/** Any program can send: `POST /v1/batch`, the write key as the user of Basic authentication, without a password. */
const send = (batch: readonly unknown[]) => tributary.send("/v1/batch", { batch });

describe("1 · Send an event, see the profile", () => {
  /*
   * Tributary speaks the protocol of Segment's libraries. Take one as it is, give it your write key and the address, and
   * nothing else changes. `identify` says who somebody is, `track` what they did.
   */
  it("takes what a Segment library sends, unmodified", async () => {
    const analytics = new Analytics({ writeKey: tributary.writeKey, host: tributary.url });
    analytics.identify({ userId: "ana-1", traits: { firstName: "Ana", email: "Ana@Example.org " } });
    analytics.track({ userId: "ana-1", event: "Order Completed", properties: { revenue: 49.9, currency: "EUR" } });
    await analytics.closeAndFlush();

    /*
     * A moment later her profile answers, by any of her identifiers. Addresses are normalised, so it does not matter how
     * the form spelt hers.
     */
    await eventually(async () => {
      const { status, body } = await tributary.api("/api/profiles/email:ana@example.org");
      expect(status).toBe(200);
      expect(body.traits).toMatchObject({ firstName: "Ana" });
      expect(body.identifiers.map(({ type, value }: Record<string, string>) => `${type}:${value}`)).toEqual([
        "user_id:ana-1",
        "email:ana@example.org",
      ]);
    });
    /* What she did comes from the lake, which follows within seconds. */
    await eventually(async () => {
      const { body } = await tributary.api("/api/profiles/user_id:ana-1/events");
      expect(body.events.map(({ event }: { event: string }) => event).sort()).toEqual(["Order Completed", "identify"]);
    });
  });

  /*
   * Most people are strangers first. A browser has an anonymous id; when its user signs in, one event carries both
   * identifiers, and that links them: what the stranger did is now something Bo did.
   */
  it("knows a visitor again who signs in later", async () => {
    await send([
      {
        type: "page",
        anonymousId: "browser-7",
        messageId: "m1",
        timestamp: "2026-11-01T10:00:00Z",
        properties: { path: "/" },
      },
      {
        type: "track",
        event: "Product Viewed",
        anonymousId: "browser-7",
        messageId: "m2",
        timestamp: "2026-11-01T10:01:00Z",
      },
    ]);
    const stranger = await eventually(async () => {
      const { status, body } = await tributary.api("/api/profiles/anonymous_id:browser-7");
      expect(status).toBe(200);
      return body;
    });

    await send([
      {
        type: "identify",
        anonymousId: "browser-7",
        userId: "bo-2",
        messageId: "m3",
        timestamp: "2026-11-01T10:05:00Z",
        traits: { firstName: "Bo" },
      },
    ]);
    await eventually(async () => {
      const { body } = await tributary.api("/api/profiles/user_id:bo-2");
      expect(body.identifiers).toHaveLength(2);
      // A profile is named after its eldest identifier, so the stranger's id is still the right one.
      expect(body.id).toBe(stranger.id);
    });
    await eventually(async () => {
      const { body } = await tributary.api("/api/profiles/user_id:bo-2/events");
      expect(body.events.map(({ event }: { event: string }) => event)).toEqual(["identify", "Product Viewed", "page"]);
    });
  });

  /* Clients that get no answer send again. The pair of source and message id is the event: the same pair is the same event. */
  it("counts an event once, however often it is sent", async () => {
    const order = {
      type: "track",
      event: "Order Completed",
      userId: "cy-3",
      messageId: "order-1",
      properties: { revenue: 10 },
    };
    for (let attempt = 0; attempt < 3; attempt++) expect((await send([order])).status).toBe(200);
    await eventually(async () => {
      const { body } = await tributary.api("/api/queries", {
        sql: "SELECT count(*) AS orders, sum(revenue) AS revenue FROM orders WHERE message_id = 'order-1'",
      });
      expect(body.rows).toEqual([[1, 10]]);
    });
  });

  /*
   * Why is this one person? *Explain* shows every link with who asserted it, and those that were refused, with the reason.
   * A person may link what no event linked, and take that back: a profile is a view over links, so undoing moves no data.
   */
  it("explains itself, and lets people link and unlink", async () => {
    await send([{ type: "identify", userId: "di-4", messageId: "d1", traits: { email: "di@example.org" } }]);
    await send([
      {
        type: "track",
        event: "Called",
        messageId: "d2",
        context: { externalIds: [{ type: "phone", id: "01 99 00 00 01" }] },
      },
    ]);
    await eventually(async () => expect((await tributary.api("/api/profiles/phone:+33199000001")).status).toBe(200));

    const link = await tributary.api("/api/links", {
      a: { type: "user_id", value: "di-4" },
      b: { type: "phone", value: "01 99 00 00 01" },
      reason: "she said so on the phone",
    });
    expect(link.status).toBe(201);
    await eventually(async () => {
      const { body } = await tributary.api("/api/profiles/phone:+33199000001");
      expect(body.identifiers.map(({ type }: { type: string }) => type)).toEqual(["user_id", "email", "phone"]);
    });
    const { body: explained } = await tributary.api("/api/profiles/user_id:di-4/explain");
    expect(explained.links.map((of: Record<string, string>) => [of.class, of.state, of.reason])).toContainEqual([
      "human",
      "live",
      "she said so on the phone",
    ]);

    expect((await tributary.api(`/api/links/${link.body.id}`, undefined, "DELETE")).status).toBe(200);
    await eventually(async () => {
      const { body } = await tributary.api("/api/profiles/phone:+33199000001");
      expect(body.identifiers.map(({ type }: { type: string }) => type)).toEqual(["phone"]);
    });
  });

  /*
   * One event that cannot be used does not hold up its neighbours, and is not lost: it is kept as it stood, with the
   * reason. A wrong write key is another matter, since none of its bytes will ever be taken: 401.
   */
  it("keeps what it cannot use, and says why", async () => {
    const answer = await send([
      { type: "track", userId: "ed-5", messageId: "e1" },
      { type: "track", event: "Seen", userId: "ed-5", messageId: "e2" },
    ]);
    expect(answer.status).toBe(200);
    await eventually(async () => {
      const { body } = await tributary.api("/api/bad-events");
      expect(body.counts).toEqual([{ code: "event.no_name", count: 1 }]);
      expect(JSON.parse(body.badEvents[0].payload)).toMatchObject({ messageId: "e1" });
    });
    await eventually(async () => expect((await tributary.api("/api/profiles/user_id:ed-5")).status).toBe(200));

    const authorization = `Basic ${Buffer.from("not-a-key:").toString("base64")}`;
    const refused = await tributary.send("/v1/batch", { batch: [] }, { authorization });
    expect(refused.status).toBe(401);
    expect(refused.body).toMatchObject({ code: expect.any(String), message: expect.any(String) });
  });
});
