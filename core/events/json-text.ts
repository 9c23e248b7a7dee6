/**
 * The JSON text of anything that was read from JSON, however deep: `JSON.stringify` gives up some thousands of levels
 * down, and what is refused for its depth is still to be kept.
 */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch (error) {
    if (error instanceof RangeError) return deepText(value);
    throw error;
  }
}

/** Text to be written as it stands, among values still to be written. */
class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

function deepText(root: unknown): string {
  const parts: string[] = [];
  const todo: unknown[] = [root];
  while (todo.length > 0) {
    const next = todo.pop();
    if (next instanceof Written) parts.push(next.text);
    else if (Array.isArray(next)) {
      parts.push("[");
      todo.push(new Written("]"));
      for (let at = next.length - 1; at >= 0; at--) {
        todo.push(next[at]);
        if (at > 0) todo.push(new Written(","));
      }
    } else if (typeof next === "object" && next !== null) {
      parts.push("{");
      todo.push(new Written("}"));
      for (const [nth, [name, member]] of Object.entries(next).toReversed().entries()) {
        todo.push(member, new Written(`${JSON.stringify(name)}:`));
        if (nth < Object.keys(next).length - 1) todo.push(new Written(","));
      }
    } else parts.push(JSON.stringify(next) ?? "null");
  }
  return parts.join("");
}
