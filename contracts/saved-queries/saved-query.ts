/** Words of the product, in the languages it speaks. */
export interface Words {
  readonly en: string;
  readonly fr: string;
}

/**
 * What a saved query may be told. A `day` is a day in UTC, `YYYY-MM-DD`, by default so many days from today; a `choice`
 * is one of the words named, and the only kind that may stand for a column.
 */
export type QueryParameter =
  | { readonly kind: "day"; readonly means: Words; readonly daysFromToday: number }
  | { readonly kind: "text"; readonly means: Words; readonly default: string }
  | {
      readonly kind: "number";
      readonly means: Words;
      readonly default: number;
      readonly least: number;
      readonly most: number;
    }
  | {
      readonly kind: "choice";
      readonly means: Words;
      readonly default: string;
      readonly of: readonly [string, ...string[]];
    };

/** A usual question: by what name it is known, what it answers, and in what SQL it is asked, in Athena's dialect. */
export interface SavedQuery {
  readonly title: Words;
  /** What a row of the answer is, and what to bear in mind. */
  readonly answers: Words;
  readonly parameters: Readonly<Record<string, QueryParameter>>;
  /**
   * `{name}` stands for a parameter's value, quoted as SQL wants it. Of a `day`, `{name.text}` is its text, as partitions
   * are named, and `{name.dt}` that of the day before: events of that day can have been received from then on, since a
   * clock may be a day ahead of ours.
   */
  readonly sql: string;
}

export type SavedQueries = Readonly<Record<string, SavedQuery>>;

const day = (daysFromToday: number, en: string, fr: string): QueryParameter => ({
  kind: "day",
  daysFromToday,
  means: { en, fr },
});

/** The days most questions are about: from `since` until the day before `until`. */
export const between = (days: number): Readonly<Record<"since" | "until", QueryParameter>> => ({
  since: day(-days, "the first day", "le premier jour"),
  until: day(1, "the day after the last one", "le lendemain du dernier jour"),
});

export const orderEvent: QueryParameter = {
  kind: "text",
  default: "Order Completed",
  means: { en: "the event that counts as an order", fr: "l’événement qui vaut commande" },
};

export const unitOf = (unit: "day" | "week" | "month"): QueryParameter => ({
  kind: "choice",
  default: unit,
  of: ["day", "week", "month"],
  means: { en: "day, week (from Monday) or month", fr: "day (jour), week (semaine, dès lundi) ou month (mois)" },
});

/** Events of the days asked for; partitions before them are not read. */
export const WITHIN_DAYS = "dt >= {since.dt} AND event_time >= {since} AND event_time < {until}";
