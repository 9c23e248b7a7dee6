import type { Figure, Limit, Measure, Outcome, Section, Table, Target, Unit } from "./benchmark.ts";

/** Three digits say what a measurement can say; large numbers keep all before the point. */
function amount(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const withUnit = (text: string, unit: Unit): string => (unit === "×" || unit === "units" ? text : `${text} ${unit}`);

function measuredText({ median, low, high, rounds }: Measure, unit: Unit): string {
  const value = withUnit(amount(median), unit);
  return rounds === 1 ? value : `${value} (${amount(low)} to ${amount(high)})`;
}

/** The value divided by the limit. */
const ratioText = ({ measured }: Figure, limit: Limit): string => `${amount(measured.median / limit.value)} ×`;

function targetText(target: Target, unit: Unit): string {
  if ("atLeast" in target) return `at least ${withUnit(target.atLeast.toLocaleString("en-US"), unit)}`;
  if ("below" in target) return `below ${withUnit(target.below.toLocaleString("en-US"), unit)}`;
  return `at most ${withUnit(target.atMost.toLocaleString("en-US"), unit)}`;
}

function isReached({ measured: { median }, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined;
  if ("atLeast" in target) return median >= target.atLeast;
  return "below" in target ? median < target.below : median <= target.atMost;
}

/** A line for each limit of a figure, the figure on the first. */
export function figuresTable({ figures }: Section): Table {
  return {
    columns: ["what", "median (lowest to highest)", "limit", "of the limit", "target", "reached"],
    rows: figures.flatMap((figure) => {
      const { what, unit, measured, limits = [], target } = figure;
      const [first, ...others] = limits.map((limit) => [
        `${limit.what}: ${withUnit(amount(limit.value), unit)}`,
        ratioText(figure, limit),
      ]);
      const reached = isReached(figure);
      const asked = target === undefined ? "" : targetText(target, unit);
      const answer = reached === undefined ? "" : reached ? "yes" : "**no**";
      return [
        [what, measuredText(measured, unit), ...(first ?? ["", ""]), asked, answer],
        ...others.map((other) => ["", "", ...other, "", ""]),
      ];
    }),
  };
}

/** How many of the targets were reached, and which were not. */
export function targetsLine(outcomes: readonly Outcome[]): string {
  const figures = outcomes.flatMap((outcome) => (outcome.kind === "measured" ? outcome.section.figures : []));
  const missed = figures.filter((figure) => isReached(figure) === false).map(({ what }) => what);
  const reached = figures.filter((figure) => isReached(figure) === true).length;
  if (reached + missed.length === 0) return "No targets are set here.";
  const all = `${reached} of ${reached + missed.length} targets were reached`;
  return missed.length === 0 ? `${all}.` : `${all}; missed: ${missed.join("; ")}.`;
}
