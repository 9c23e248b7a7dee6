const FIELDS: Readonly<Record<string, string>> = {
  a: "%a",
  b: "%b",
  c: "%-m",
  d: "%d",
  e: "%-d",
  f: "%f",
  H: "%H",
  h: "%I",
  I: "%I",
  i: "%M",
  j: "%j",
  k: "%-H",
  l: "%-I",
  M: "%B",
  m: "%m",
  p: "%p",
  r: "%I:%M:%S %p",
  S: "%S",
  s: "%S",
  T: "%H:%M:%S",
  v: "%V",
  W: "%A",
  x: "%G",
  Y: "%Y",
  y: "%y",
  "%": "%%",
};

/** A pattern of MySQL (`date_format`, `date_parse`) in the words of strftime; throws on what Trino refuses too. */
export function mysqlPattern(pattern: string): string {
  return pattern.replaceAll(/%(.?)/gsu, (found, letter: string) => {
    const field = FIELDS[letter];
    if (field === undefined) throw new RangeError(`the field ${found} of a date pattern is not known here`);
    return field;
  });
}
