/** A value over the rounds of one run. */
export interface Measure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

export type Unit =
  | "events/s"
  | "requests/s"
  | "people/s"
  | "s"
  | "ms"
  | "MB"
  | "kB"
  | "×"
  | "units"
  | "records"
  | "requests";

/** What the machine (or AWS) can do at best where nothing but this is done, in the unit of the figure it stands beside. */
export interface Limit {
  readonly what: string;
  readonly value: number;
}

/** What is asked for. */
export type Target = { readonly atLeast: number } | { readonly below: number } | { readonly atMost: number };

export interface Figure {
  readonly what: string;
  readonly unit: Unit;
  readonly measured: Measure;
  readonly limits?: readonly Limit[];
  readonly target?: Target;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one benchmark found. Notes are sentences: what was measured, and how. */
export interface Section {
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
  readonly table?: Table;
}

export type Outcome =
  | { readonly kind: "measured"; readonly section: Section }
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

export interface BenchContext {
  /** A run that shows that everything works, with figures to be taken lightly. */
  readonly quick: boolean;
  /** An empty folder on the disk that the repository is on; removed afterwards. */
  readonly folder: string;
  /** No further round begins after this instant of `performance.now()`. */
  readonly until: number;
  progress(text: string): void;
}

export type Benchmark = (context: BenchContext) => Promise<Section | { readonly skipped: string }>;
