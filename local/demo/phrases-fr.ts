import type { Makeup } from "./figures.ts";
import type { Phrases } from "./phrases.ts";
import type { Story } from "./shop-world.ts";

const number = (value: number): string => Math.round(value).toLocaleString("fr-FR");
const day = (date: Date): string =>
  date.toLocaleDateString("fr-FR", { day: "numeric", month: "long", timeZone: "Europe/Paris" });
const some = (count: number, one: string, many = `${one}s`): string => `${number(count)} ${count < 2 ? one : many}`;

const IDENTIFIERS: readonly (readonly [type: string, one: string, many: string])[] = [
  ["anonymous_id", "navigateur anonyme", "navigateurs anonymes"],
  ["email", "adresse électronique", "adresses électroniques"],
  ["phone", "numéro de téléphone", "numéros de téléphone"],
  ["loyalty_card", "carte de fidélité", "cartes de fidélité"],
  ["crm_id", "fiche CRM", "fiches CRM"],
];

const STATUSES: Readonly<Record<string, readonly [one: string, many: string]>> = {
  planned: ["prévu", "prévus"],
  sent: ["envoyé", "envoyés"],
  held_out: ["gardé en témoin", "gardés en témoin"],
  not_sent: ["non envoyé", "non envoyés"],
  failed: ["en échec", "en échec"],
  uncertain: ["incertain", "incertains"],
};

const REASONS: Readonly<Record<string, string>> = {
  not_a_member: "n'est plus du segment",
  no_address: "sans adresse",
  consent_denied: "consentement refusé",
  consent_unknown: "consentement inconnu",
  suppressed: "adresse bloquée",
  duplicate: "doublon",
  template_failed: "modèle en échec",
};

/** `de Marie`, `d'Aïcha`. */
const of = (name: string): string => (/^[aeiouàâäéèêëîïôöûüh]/i.test(name) ? `d'${name}` : `de ${name}`);

const list = (items: readonly string[]): string => new Intl.ListFormat("fr", { type: "conjunction" }).format(items);

const madeOf = (makeup: Makeup): string =>
  list(IDENTIFIERS.flatMap(([type, one, many]) => (makeup[type] ? [some(makeup[type], one, many)] : [])));

export const FRENCH: Phrases = {
  welcome: ({ seed, days, people }) =>
    `Maison Tilleul, boutique d'arts ménagers qui n'existe pas (graine ${seed}) : ${some(people, "personne")}, ` +
    `${some(days, "jour")} d'historique, puis le direct.`,
  welcomeBack: (events) => `L'historique est déjà là (${some(events, "événement")}) ; la suite se passe en direct.`,
  live: (rate) => `L'historique est chargé. Désormais tout arrive maintenant : ${some(rate, "événement")} par seconde.`,
  progress: ({ day: date, acknowledged, perSecond, figures }) =>
    [
      date === undefined ? "en direct" : day(date),
      `${some(acknowledged, "événement reçu", "événements reçus")} (${number(perSecond)}/s)`,
      ...(figures === undefined
        ? []
        : [
            some(figures.people, "profil"),
            some(figures.merges, "fusion"),
            some(figures.badEvents, "événement refusé et gardé", "événements refusés et gardés"),
          ]),
    ].join(" · "),
  putOff: (times) => `Le collecteur a fait attendre ou n'a pas répondu ${number(times)} fois ; rien n'est perdu.`,
  story: tellStory,
  signedUp: ({ who, city }, makeup) =>
    `${who} (${city}) a créé son compte : un seul profil désormais, avec ${madeOf(makeup)}.`,
  noMarketing: () => "Les segments et les campagnes ne répondent pas encore ici ; la boutique continue sans eux.",
  sizes: (sizes) => `Segments : ${sizes.map(({ name, members }) => `« ${name} » ${number(members)}`).join(", ")}.`,
  runStarted: (name) => `La campagne « ${name} » commence.`,
  results: (name, results) =>
    `« ${name} » : ${results
      .map(({ status, reason, messages }) => {
        const [one, many] = STATUSES[status] ?? [status, status];
        return `${some(messages, one, many)}${reason === null ? "" : ` (${REASONS[reason] ?? reason})`}`;
      })
      .join(", ")}.`,
  whereToLook: () => "Où regarder :",
  end: ({ acknowledged, unanswered }) =>
    `La boutique ferme : ${some(acknowledged, "événement confirmé", "événements confirmés")}${
      unanswered === 0 ? "" : `, ${number(unanswered)} sans réponse à la fermeture`
    }.`,
};

function tellStory(story: Story): string {
  switch (story.kind) {
    case "signed_up":
      return `${story.who} (${story.city}) a créé son compte.`;
    case "till_back":
      return `La caisse de ${story.shop}, coupée ${some(story.hours, "heure")}, transmet ${some(story.sales, "vente")}, chacune à son heure.`;
    case "shared_tablet":
      return `${story.who} s'identifie sur la tablette familiale, où quelqu'un d'autre l'était : deux personnes, pas une.`;
    case "consent_withdrawn":
      return `${story.who} ne veut plus de lettres.`;
    case "typo":
      return `À la caisse, l'adresse ${of(story.who)} est devenue ${story.typed}.`;
    case "big_order":
      return `${story.who} a dépensé ${number(story.euros)} € (${story.where}).`;
  }
}
