import { describe, expect, it } from "vitest";
import { sent } from "#test/support/collect-world.ts";

const event = (): object => ({ type: "track", event: "Seen", messageId: "m", anonymousId: "a1" });

describe("through the owner's distribution", () => {
  const edge = { "x-forwarded-host": "cdp.shop.example", "x-viewer-address": "203.0.113.77", host: "abc.example" };
  const settings = async (headers: Readonly<Record<string, string>>, collectionDomain?: string) => {
    const request = { method: "GET", path: "/v1/projects/first-key/settings", headers };
    const { body } = await sent(request, collectionDomain === undefined ? {} : { collectionDomain });
    return body.integrations["Segment.io"].apiHost;
  };

  it("settings name the host that was asked, and no other that a header names", async () => {
    expect(await settings(edge, "cdp.shop.example")).toBe("cdp.shop.example/v1");
    expect(await settings({ ...edge, "x-forwarded-host": "evil.example" }, "cdp.shop.example")).toBe("abc.example/v1");
    expect(await settings(edge)).toBe("abc.example/v1");
  });

  it("events come from the person's own address, as far as the policy keeps it", async () => {
    const request = { headers: { ...edge, "x-write-key": "first-key" }, body: event() };
    const ip = async (collectionDomain: string | undefined, ipPolicy: "full" | "truncated" | "none") => {
      const { events } = await sent(request, {
        ipPolicy,
        ...(collectionDomain === undefined ? {} : { collectionDomain }),
      });
      return events[0]?.context.ip;
    };
    expect(await ip("cdp.shop.example", "full")).toBe("203.0.113.77");
    expect(await ip("cdp.shop.example", "truncated")).toBe("203.0.113.0");
    expect(await ip("cdp.shop.example", "none")).toBeUndefined();
    expect(await ip(undefined, "full")).toBe("198.51.100.23");
    expect(await ip("other.example", "full")).toBe("198.51.100.23");
  });

  it("the cookie is for the host that was asked", async () => {
    const headers = { ...edge, "x-write-key": "wide-key" };
    const through = await sent({ headers, body: event() }, { collectionDomain: "cdp.shop.example" });
    expect(through.cookies[0]).toContain("Domain=shop.example");
    expect((await sent({ headers, body: event() })).cookies).toEqual([]);
  });

  it("clients are told to send cookies only where an answer with cookies can be read", async () => {
    const strategyOf = async (key: string) => {
      const { body } = await sent({ method: "GET", path: `/v1/projects/${key}-key/settings`, headers: {} });
      return body.integrations["Segment.io"].deliveryStrategy;
    };
    expect(await strategyOf("wide")).toEqual({ config: { credentials: "include" } });
    expect(await strategyOf("first")).toBeUndefined();
    expect(await strategyOf("named")).toBeUndefined();
  });
});
