/** What a compiled expression works with; `undefined` is JSONata's "nothing". */
export type Scalar = string | number | boolean | null | undefined;

/** JSONata's `$string`: numbers to 15 digits, so that 0.1 + 0.2 reads as people expect. */
export function scalarText(value: Exclude<Scalar, undefined>): string {
  if (typeof value === "string") return value;
  if (typeof value !== "number") return String(value);
  return JSON.stringify(Number.isInteger(value) ? value : Number(value.toPrecision(15)));
}

/** JSONata's `$boolean`: what is empty or zero is false, nothing stays nothing. */
export const scalarTruth = (value: Scalar): boolean | undefined => (value === undefined ? undefined : Boolean(value));

/** The answer in a list of one, or an empty list where JSONata is to be asked instead. */
type Answer = readonly [Scalar] | readonly [];
type QuickFunction = (...given: readonly Scalar[]) => Answer;
const ASK: Answer = [];

const ofText =
  (compute: (text: string) => Scalar): QuickFunction =>
  (value) => {
    if (value === undefined) return [undefined];
    return typeof value === "string" ? [compute(value)] : ASK;
  };

const DECIMAL = /^-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?$/;

function toNumber(value: Scalar): Answer {
  if (value === undefined || typeof value === "number") return [value];
  if (typeof value === "boolean") return [value ? 1 : 0];
  return typeof value === "string" && DECIMAL.test(value) ? [Number.parseFloat(value)] : ASK;
}

/** Counts characters, not UTF-16 units, as JSONata does. */
function substring(text: Scalar, start: Scalar, length?: Scalar): Answer {
  if (text === undefined) return ASK;
  if (typeof text !== "string" || !isCount(start) || (length !== undefined && !isCount(length))) return ASK;
  const characters = Array.from(text);
  return [characters.slice(start, length === undefined ? undefined : start + length).join("")];
}

const isCount = (value: Scalar): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0;

/** The functions a mapping uses daily, by name and number of arguments. All else is JSONata's. */
export const QUICK_FUNCTIONS: Readonly<Record<string, QuickFunction>> = {
  "number/1": toNumber,
  "string/1": (value) => [value === undefined ? undefined : scalarText(value)],
  "boolean/1": (value) => [scalarTruth(value)],
  "not/1": (value) => [value === undefined ? undefined : !scalarTruth(value)],
  "exists/1": (value) => [value !== undefined],
  "uppercase/1": ofText((text) => text.toUpperCase()),
  "lowercase/1": ofText((text) => text.toLowerCase()),
  "trim/1": ofText((text) => text.replace(/[ \t\n\r]+/gm, " ").replace(/^ | $/g, "")),
  "substring/2": substring,
  "substring/3": (text, start, length) => (length === undefined ? ASK : substring(text, start, length)),
};
