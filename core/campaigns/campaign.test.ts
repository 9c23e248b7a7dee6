import { describe, expect, it } from "vitest";
import { Campaign } from "./campaign.ts";

const plain = {
  name: "Spring",
  segmentId: "buyers",
  channel: "email",
  purpose: "marketing",
  treatments: [{ name: "a", template: { subject: "Hello", text: "Hello {{traits.name}}" } }],
};

const problems = (campaign: unknown): readonly string[] => {
  const read = Campaign.safeParse(campaign);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
};

describe("a campaign", () => {
  it("holds nobody out and gives its treatments equal weight unless told", () => {
    expect(Campaign.parse(plain)).toMatchObject({ holdoutPercent: 0, treatments: [{ weight: 1 }] });
  });

  it.each([
    ["no subject", { treatments: [{ name: "a", template: { text: "x" } }] }, "an e-mail needs a subject"],
    ["no body", { treatments: [{ name: "a", template: { subject: "x" } }] }, "an e-mail needs a text or an HTML body"],
    ["an SMS without a text", { channel: "sms", treatments: [{ name: "a", template: { html: "x" } }] }, "needs a text"],
    [
      "a broken template",
      { treatments: [{ name: "a", template: { subject: "x", text: "{{#if" } }] },
      "treatments.0.template.text: the template cannot be used",
    ],
    [
      "a partial",
      { treatments: [{ name: "a", template: { subject: "x", html: "{{> p}}" } }] },
      "a partial may not be used",
    ],
    ["two treatments of one name", { treatments: [plain.treatments[0], plain.treatments[0]] }, "the same name"],
    ["no treatment", { treatments: [] }, "treatments: "],
    [
      "six treatments",
      { treatments: [1, 2, 3, 4, 5, 6].map((n) => ({ ...plain.treatments[0], name: `${n}` })) },
      "treatments: ",
    ],
    ["a holdout of more than all", { holdoutPercent: 101 }, "holdoutPercent: "],
    ["no weight", { treatments: [{ ...plain.treatments[0], weight: 0 }] }, "treatments.0.weight: "],
    ["a misspelt member", { holdout: 10 }, "holdout"],
  ])("is refused with %s", (_what, over, problem) => {
    expect(problems({ ...plain, ...over }).join("\n")).toContain(problem);
  });
});
