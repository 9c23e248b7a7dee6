import { describe, expect, it } from "vitest";
import type { Condition } from "./condition.ts";
import { readCondition } from "./read-condition.ts";
import { sentence } from "./sentence.ts";

const CONDITIONS: readonly [Condition, string, string][] = [
  [
    { event: "Order Completed", within: { last: "90d" }, count: { gte: 2 } },
    "did “Order Completed” at least 2 times in the last 90 days",
    "a fait « Order Completed » au moins 2 fois dans les 90 derniers jours",
  ],
  [
    { all: [{ trait: "plan", eq: "pro" }, { any: [{ segment: "s1" }, { consent: "mail", is: "denied" }] }] },
    "plan is “pro” and (is in the segment “VIP” or consent to “mail” is denied)",
    "plan vaut « pro » et (est dans le segment « VIP » ou le consentement à « mail » est refusé)",
  ],
  [
    {
      not: {
        event: { any: ["Refund", "Return"] },
        where: [{ property: "amount", gt: 10.5 }],
        within: { last: "1w", zone: "Europe/Paris" },
      },
    },
    "not (did “Refund” or “Return”, where amount is more than 10.5, in the last week (Europe/Paris time))",
    "pas (a fait « Refund » ou « Return », où amount vaut plus de 10,5, dans la dernière semaine (heure de Europe/Paris))",
  ],
  [
    { event: "Login", last: { inLast: "30d" } },
    "did “Login” for the last time in the last 30 days",
    "a fait « Login » pour la dernière fois dans les 30 derniers jours",
  ],
  [
    {
      event: "Order Completed",
      sum: { of: "revenue", between: [100, 200] },
      within: { from: "2026-01-01", to: "2026-02-01" },
    },
    "has a total revenue of between 100 and 200 over “Order Completed” from 2026-01-01 before 2026-02-01",
    "a un total de revenue valant entre 100 et 200 sur « Order Completed » à partir du 2026-01-01 avant le 2026-02-01",
  ],
  [{ trait: "vip", eq: true }, "vip is yes", "vip vaut oui"],
  [{ trait: "x", notIn: [1, 2] }, "x is known and is not 1 or 2", "x est connu et ne vaut ni 1 ni 2"],
  [{ trait: "x", missing: true }, "x is not known", "x n’est pas connu"],
];

describe("a condition as a sentence", () => {
  it.each(CONDITIONS)("%j", (condition, english, french) => {
    expect(readCondition(condition)).toEqual(condition);
    const name = (): string => "VIP";
    // No-break spaces and the narrow ones between thousands are the typographer's business, not this test's.
    const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");
    expect(plain(sentence(condition, "en", name))).toBe(`Everybody of whom this is true: ${english}.`);
    expect(plain(sentence(condition, "fr", name))).toBe(`Toute personne pour qui ceci est vrai : ${french}.`);
  });

  it("names a segment by its id where its name is not known", () => {
    expect(sentence({ segment: "s1" }, "en")).toContain("“s1”");
  });
});
