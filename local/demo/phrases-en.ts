import type { Makeup } from "./figures.ts";
import type { Phrases } from "./phrases.ts";
import type { Story } from "./shop-world.ts";

const number = (value: number): string => Math.round(value).toLocaleString("en-GB");
const day = (date: Date): string =>
  date.toLocaleDateString("en-GB", { day: "numeric", month: "long", timeZone: "Europe/Paris" });
const some = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count === 1 ? one : many}`;

const IDENTIFIERS: readonly (readonly [type: string, one: string, many: string])[] = [
  ["anonymous_id", "anonymous browser", "anonymous browsers"],
  ["email", "e-mail address", "e-mail addresses"],
  ["phone", "phone number", "phone numbers"],
  ["loyalty_card", "loyalty card", "loyalty cards"],
  ["crm_id", "CRM record", "CRM records"],
];

const list = (items: readonly string[]): string => new Intl.ListFormat("en-GB", { type: "conjunction" }).format(items);

const madeOf = (makeup: Makeup): string =>
  list(IDENTIFIERS.flatMap(([type, one, many]) => (makeup[type] ? [some(makeup[type], one, many)] : [])));

export const ENGLISH: Phrases = {
  welcome: ({ seed, days, people }) =>
    `Maison Tilleul, a French household-goods shop that does not exist (seed ${seed}): ${number(people)} people, ` +
    `${some(days, "day")} of history, then live.`,
  welcomeBack: (events) => `The shop's history is here already (${some(events, "event")}); it goes on live.`,
  live: (rate) => `History is in. From here on things happen now, about ${some(rate, "event")} a second.`,
  progress: ({ day: date, acknowledged, perSecond, figures }) =>
    [
      date === undefined ? "now" : day(date),
      `${some(acknowledged, "event")} in (${number(perSecond)}/s)`,
      ...(figures === undefined
        ? []
        : [
            some(figures.people, "profile"),
            some(figures.merges, "merge"),
            `${some(figures.badEvents, "bad event")} kept with reasons`,
          ]),
    ].join(" · "),
  putOff: (times) => `The collector asked to wait, or was out of reach, ${some(times, "time")}; nothing is lost.`,
  story: tellStory,
  signedUp: ({ who, city }, makeup) => `${who} (${city}) signed up: one profile now, of ${madeOf(makeup)}.`,
  noMarketing: () => "Segments and campaigns do not answer here yet; the shop goes on without them.",
  sizes: (sizes) => `Segments: ${sizes.map(({ name, members }) => `“${name}” ${number(members)}`).join(", ")}.`,
  runStarted: (name) => `The campaign “${name}” starts.`,
  results: (name, results) =>
    `“${name}”: ${results
      .map(({ status, reason, messages }) => {
        const why = reason === null ? "" : ` (${reason.replaceAll("_", " ")})`;
        return `${number(messages)} ${status.replaceAll("_", " ")}${why}`;
      })
      .join(", ")}.`,
  whereToLook: () => "Where to look:",
  end: ({ acknowledged, unanswered }) =>
    `The shop closes: ${some(acknowledged, "event")} acknowledged${
      unanswered === 0 ? "" : `, ${number(unanswered)} without an answer when it closed`
    }.`,
};

function tellStory(story: Story): string {
  switch (story.kind) {
    case "signed_up":
      return `${story.who} (${story.city}) signed up.`;
    case "till_back":
      return `The ${story.shop} till was offline for ${some(story.hours, "hour")} and now reports ${some(story.sales, "sale")}, each with the time it happened.`;
    case "shared_tablet":
      return `${story.who} signed in on the family tablet, where somebody else was: two people, not one.`;
    case "consent_withdrawn":
      return `${story.who} wants no more letters.`;
    case "typo":
      return `At the till, ${story.who}'s address became ${story.typed}.`;
    case "big_order":
      return `${story.who} spent ${number(story.euros)} € (${story.where}).`;
  }
}
