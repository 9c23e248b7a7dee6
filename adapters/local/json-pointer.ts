/**
 * A path of Trino's `json_extract` (`$.a["b c"][0]`) as a JSON pointer (`/a/b c/0`); `undefined` for what only a path
 * can say (`$..a`, `[*]`) and for the value itself (`$`).
 */
export function jsonPointer(path: string): string | undefined {
  if (!path.startsWith("$") || path === "$") return undefined;
  const steps: string[] = [];
  let rest = path.slice(1);
  while (rest !== "") {
    const found = /^\.([A-Za-z0-9_:-]+)|^\[([0-9]+)\]|^(?:\[|\.)"((?:[^"\\]|\\.)*)"\]?/s.exec(rest);
    if (found === null) return undefined;
    steps.push(found[1] ?? found[2] ?? (found[3] as string).replaceAll(/\\(.)/gs, "$1"));
    rest = rest.slice(found[0].length);
  }
  return steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
