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
  [
    { sequence: [{ event: "Cart" }, { event: { any: ["Order", "Call"] }, where: [{ property: "total", gt: 10 }] }] },
    "did “Cart”, then “Order” or “Call” (where total is more than 10)",
    "a fait « Cart », puis « Order » ou « Call » (où total vaut plus de 10)",
  ],
  [
    {
      sequence: [
        { event: "Cart" },
        { event: "Order", after: { atMost: "1h" } },
        { event: "Refund", after: { atLeast: "1d", atMost: "2w" } },
        { event: "Order", after: { atLeast: "30d" } },
      ],
      without: { event: "Call" },
      within: { last: "90d" },
    },
    "did “Cart”, then, at most 1 hour later, “Order”, then, at least 1 day and at most 2 weeks later, “Refund”, then, at least 30 days later, “Order”, without “Call” between the first and the last of these, all of it in the last 90 days",
    "a fait « Cart », puis, au plus 1 heure plus tard, « Order », puis, au moins 1 jour et au plus 2 semaines plus tard, « Refund », puis, au moins 30 jours plus tard, « Order », sans « Call » entre le premier et le dernier, le tout dans les 90 derniers jours",
  ],
  [
    {
      sequence: [{ event: "A" }, { event: "B", after: { atLeast: "1d", atMost: "24h" } }],
      within: { from: "2026-01-01" },
    },
    "did “A”, then, at least 1 day and at most 24 hours later, “B”, all of it from 2026-01-01",
    "a fait « A », puis, au moins 1 jour et au plus 24 heures plus tard, « B », le tout à partir du 2026-01-01",
  ],
  [{ not: { list: "l1" } }, "not (is on the list “Easter”)", "pas (est sur la liste « Easter »)"],
  [{ computed: "rfm.score", gte: 4 }, "rfm.score is at least 4", "rfm.score vaut au moins 4"],
  [{ trait: "vip", eq: true }, "vip is yes", "vip vaut oui"],
  [{ trait: "x", notIn: [1, 2] }, "x is known and is not 1 or 2", "x est connu et ne vaut ni 1 ni 2"],
  [{ trait: "x", missing: true }, "x is not known", "x n’est pas connu"],
];

describe("a condition as a sentence", () => {
  it.each(CONDITIONS)("%j", (condition, english, french) => {
    expect(readCondition(condition)).toEqual(condition);
    const name = (): string => "VIP";
    const list = (): string => "Easter";
    // No-break spaces and the narrow ones between thousands are the typographer's business, not this test's.
    const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");
    expect(plain(sentence(condition, "en", name, list))).toBe(`Everybody of whom this is true: ${english}.`);
    expect(plain(sentence(condition, "fr", name, list))).toBe(`Toute personne pour qui ceci est vrai : ${french}.`);
  });

  it("names a segment by its id where its name is not known", () => {
    expect(sentence({ segment: "s1" }, "en")).toContain("“s1”");
    expect(sentence({ list: "l1" }, "en", () => "another thing of this id")).toContain("“l1”");
  });
});
