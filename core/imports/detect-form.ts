/** What the first bytes say of a file. */
export type Compression = "gzip" | "zstd" | "none";

const startsWith = (bytes: Uint8Array, ...magic: readonly number[]): boolean =>
  magic.every((byte, at) => bytes[at] === byte);

export function compressionOf(first: Uint8Array): Compression {
  if (startsWith(first, 0x1f, 0x8b)) return "gzip";
  return startsWith(first, 0x28, 0xb5, 0x2f, 0xfd) ? "zstd" : "none";
}

/** `PAR1`: Parquet, which is not read by lines. */
export const isParquet = (first: Uint8Array): boolean => startsWith(first, 0x50, 0x41, 0x52, 0x31);

/**
 * The encoding by byte order mark, or by where the zero bytes of mostly Latin text stand; `undefined` where only the
 * whole content can tell (see `encodingOf`).
 */
export function encodingByMark(first: Uint8Array): string | undefined {
  if (startsWith(first, 0xef, 0xbb, 0xbf)) return "utf-8";
  if (startsWith(first, 0xff, 0xfe)) return "utf-16le";
  if (startsWith(first, 0xfe, 0xff)) return "utf-16be";
  const zeros = [0, 0];
  const looked = Math.min(first.length, 4_096);
  for (let at = 0; at < looked; at++) if (first[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > looked / 8 && even < odd / 8) return "utf-16le";
  return even > looked / 8 && odd < even / 8 ? "utf-16be" : undefined;
}

/** What UTF-8 made of the whole content. */
export interface Utf8Survey {
  /** Characters beyond ASCII that were read well. */
  readonly proper: number;
  /** Places that are not UTF-8. */
  readonly wrong: number;
}

/**
 * UTF-8 where the content is UTF-8, or is mostly so: then the few rows with other bytes are broken, which is better
 * than to misread every accent of the file. Otherwise windows-1252, which is what "ANSI" and "Latin-1" exports are.
 */
export const encodingOf = ({ proper, wrong }: Utf8Survey): string => (wrong <= proper ? "utf-8" : "windows-1252");

const SEPARATORS = [",", ";", "\t", "|"];

/** The separator that cuts the first lines most evenly into most cells; a comma where none does. */
export function separatorOf(sample: string): string {
  const lines = sample
    .replace(/"(?:[^"]|"")*"/g, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .slice(0, 50);
  const scored = SEPARATORS.map((separator) => ({ separator, score: evenness(lines, separator) }));
  return scored.reduce((best, next) => (next.score > best.score ? next : best)).separator;
}

/** How many lines have as many separators as the first, weighed by how many those are. */
function evenness(lines: readonly string[], separator: string): number {
  const counts = lines.map((line) => line.split(separator).length - 1);
  const [first = 0] = counts;
  const alike = counts.filter((count) => count === first).length;
  return first === 0 ? 0 : (alike / counts.length) * (1 + Math.min(first, 100) / 100);
}

export type FileKind = "csv" | "jsonl" | "json_array";

/** JSON lines begin with an object, a JSON array with a bracket; everything else is taken for CSV. */
export function kindOf(sample: string): FileKind {
  const [first] = sample.trimStart();
  if (first === "{") return "jsonl";
  return first === "[" && /^\[\s*[{[\]]/.test(sample.trimStart()) ? "json_array" : "csv";
}
