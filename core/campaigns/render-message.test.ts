import { describe, expect, it } from "vitest";
import { isRejection } from "#core/kernel/rejection.ts";
import type { Profile } from "#core/profiles/profile.ts";
import { Campaign } from "./campaign.ts";
import { messageRenderer } from "./render-message.ts";

const campaign = Campaign.parse({
  name: "Spring & co",
  segmentId: "buyers",
  channel: "email",
  purpose: "marketing",
  treatments: [{ name: "a", template: { subject: "x", text: "x" } }],
});

const profile: Profile = {
  id: "p_0abc",
  identifiers: [],
  traits: { name: "Zoë <b>", evil: "Hi\r\nBcc: all@example.org\u0000", tags: ["x", "y"] },
  computed: {},
  consent: {},
  segments: [],
  firstSeen: "2026-01-01T00:00:00.000Z",
  lastSeen: "2026-01-02T00:00:00.000Z",
  aliases: [],
  version: 1,
};

const content = (template: { subject?: string; text?: string; html?: string }) => {
  const render = messageRenderer(template);
  if (isRejection(render)) return render;
  return render({ campaignId: "spring", campaign, profile, address: "zoe@example.org" });
};

describe("a message", () => {
  it("escapes in HTML only, and has the parts that its template has", () => {
    expect(
      content({ subject: "For {{traits.name}}", text: "{{traits.name}}", html: "<p>{{traits.name}}</p>" }),
    ).toEqual({
      subject: "For Zoë <b>",
      text: "Zoë <b>",
      html: "<p>Zoë &lt;b&gt;</p>",
    });
    expect(
      content({ text: "{{address}} {{campaign.name}} {{profile.id}} {{#each traits.tags}}{{this}}{{/each}}" }),
    ).toEqual({
      text: "zoe@example.org Spring & co p_0abc xy",
    });
  });

  it("has a subject of one line, whatever a person put into a trait", () => {
    expect(content({ subject: "{{traits.evil}}" })).toEqual({ subject: "Hi Bcc: all@example.org" });
  });

  it("is refused whole where one part takes too much, or all parts together do", () => {
    const endless = `${"{{#each @root.traits.tags}}".repeat(20)}x${"{{/each}}".repeat(20)}`;
    const long = `{{#each traits.tags}}${"é".repeat(45_000)}{{/each}}`;
    const reasons = [
      { subject: "x", text: "x", html: endless },
      { subject: "x", text: long, html: long },
    ].map((template) => content(template));
    expect(reasons).toMatchObject([{ code: "template.failed" }, { code: "template.failed" }]);
    expect(content({ text: long })).toEqual({ text: "é".repeat(90_000) });
  });
});
