import { isOvertaken, PART, SETTLED_PREFIX, type SettledInS3 } from "#contracts/lake-settling.ts";
import { DAY, type EpochMs, isoDay } from "#core/kernel/time.ts";

/** An object of the bucket, with its size in bytes. */
export interface LakeFile {
  readonly key: string;
  readonly bytes: number;
}

/** Firehose tries for a day to write what it has: a day is settled when nothing more can come to it. */
const RIPE_MS = 2 * DAY;
/** Each is named three times in one statement, by up to 220 characters, and a statement may have 256 KB. */
const MOST_FILES = 300;
/** Sorted and written in minutes: a statement that takes longer than ten is stopped, and would be each time. */
const MOST_BYTES = 2 * 1024 ** 3;
/** Athena writes to at most a hundred folders at once: two for each day. */
const MOST_DAYS = 50;

export const nameOf = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
export const dayOf = (key: string): string => /\/dt=([0-9-]{10})\//.exec(key)?.[1] ?? "9999-12-31";

/** As many of a table's files as one run settles: the oldest that came, then those that may hold what was overtaken. */
export function chosenFiles(table: SettledInS3, files: readonly LakeFile[], now: EpochMs): readonly string[] {
  const ripe = isoDay(now - RIPE_MS);
  const came = files.filter(({ key }) => dayOf(key) < ripe && !nameOf(key).startsWith(SETTLED_PREFIX));
  const grown = isOvertaken(table) ? files.filter(({ key }) => isGrown(key, now)) : [];
  const [chosen, days] = [[] as string[], new Set<string>()];
  let size = 0;
  for (const { key, bytes } of [...came, ...grown]) {
    size += bytes;
    days.add(dayOf(key));
    // One file is always taken, however large: it would wait for ever.
    if (chosen.length > 0 && (size > MOST_BYTES || days.size > MOST_DAYS)) break;
    if (chosen.push(key) === MOST_FILES) break;
  }
  return chosen;
}

/** What a file of settled rows is called: its part, when it was settled, by which run, and what Athena called it. */
export const settledName = (part: string, now: EpochMs, run: number, name: string): string =>
  `${SETTLED_PREFIX}${part}-${isoDay(now)}-${run}-${name}`;

const COUNTING = new RegExp(`^${SETTLED_PREFIX}${PART.counts}-([0-9]{4}-[0-9]{2}-[0-9]{2})-`);

/** Whether the rows of a settled file have twice the age, or more, at which they were last looked through. */
function isGrown(key: string, now: EpochMs): boolean {
  const settledOn = COUNTING.exec(nameOf(key))?.[1];
  if (settledOn === undefined) return false;
  const day = Date.parse(dayOf(key));
  return doublings(now - day) > doublings(Date.parse(settledOn) - day);
}

const doublings = (age: number): number => Math.floor(Math.log2(Math.max(1, Math.floor(age / DAY))));
