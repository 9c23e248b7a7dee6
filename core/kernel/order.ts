/** Orders text by UTF-16 code unit: the same everywhere, unlike `localeCompare`. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A point in the total order of evidence: event time first, then the event's id, so that equal times have an order. */
export interface Stamp {
  readonly at: number;
  readonly by: string;
}

export const compareStamps = (a: Stamp, b: Stamp): number => a.at - b.at || compareText(a.by, b.by);
