const FIELDS: Readonly<Record<string, string>> = {
  yyyy: "%Y",
  YYYY: "%Y",
  yy: "%y",
  MMMM: "%B",
  MMM: "%b",
  MM: "%m",
  M: "%-m",
  dd: "%d",
  d: "%-d",
  HH: "%H",
  H: "%-H",
  hh: "%I",
  h: "%-I",
  mm: "%M",
  m: "%-M",
  ss: "%S",
  s: "%-S",
  SSS: "%g",
  a: "%p",
  EEEE: "%A",
  EEE: "%a",
  E: "%a",
  e: "%u",
  D: "%-j",
  DDD: "%j",
  ww: "%V",
  xxxx: "%G",
};

/** A pattern of Joda-Time (`format_datetime`, `parse_datetime`) in the words of strftime; throws on a field it has no word for. */
export function strftimePattern(joda: string): string {
  return joda.replaceAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|%/g, (found, literal: string | undefined) => {
    if (found === "%") return "%%";
    if (literal !== undefined) return literal === "" ? "'" : literal.replaceAll("''", "'").replaceAll("%", "%%");
    const field = FIELDS[found];
    if (field === undefined) throw new RangeError(`the field ${found} of a date pattern is not known here`);
    return field;
  });
}
