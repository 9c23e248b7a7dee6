import { describe, expect, it } from "vitest";
import { isRejection } from "#core/kernel/rejection.ts";
import { beginImport } from "./begin-import.ts";
import type { ImportProgress } from "./import-progress.ts";
import { type ImportPlan, readMapping } from "./row-plan.ts";
import { NOTHING_YET } from "./tally.ts";

function plan(rule: object = {}): ImportPlan {
  const rows = [{ type: "identify", userId: "id", ...rule }];
  const read = readMapping({ name: "people", source: "crm", rows });
  if (isRejection(read)) throw new Error(read.message);
  return read;
}

function progress(answer: ReturnType<typeof beginImport>): ImportProgress {
  if (isRejection(answer)) throw new Error(answer.message);
  return answer;
}

const file = { file: "people.csv", contentHash: "one" };
const first = progress(beginImport(plan(), file, [], 1_000, false));
const halfway = { ...first, rowsDone: 10, tally: { ...NOTHING_YET, rows: 10 } };
const finished = { ...halfway, finishedAt: 2_000 };

describe("beginning an import", () => {
  it("begins at the first row of a file never seen", () => {
    expect(first).toMatchObject({
      startedAt: 1_000,
      rowsDone: 0,
      tally: NOTHING_YET,
      source: "crm",
      mapping: "people",
    });
  });

  it("goes on with the same content whatever the file is called now, at the first time of receipt", () => {
    expect(beginImport(plan(), { ...file, file: "copy.csv" }, [halfway], 9_000, false)).toEqual(halfway);
    expect(beginImport(plan(), file, [halfway], 9_000, true)).toEqual(halfway);
  });

  it("has nothing to do with a finished one, unless told to read it again: then as the same events", () => {
    expect(beginImport(plan(), file, [finished], 9_000, false)).toEqual(finished);
    expect(beginImport(plan(), file, [finished], 9_000, true)).toEqual(first);
  });

  it("refuses a mapping that changed since, because its events would keep their ids", () => {
    const changed = plan({ traits: { city: "city" } });
    expect(beginImport(changed, file, [finished], 9_000, true)).toMatchObject({ code: "import.mapping_changed" });
    expect(beginImport({ ...changed, name: "people-2" }, file, [finished], 9_000, false)).toMatchObject({
      rowsDone: 0,
    });
  });

  it("refuses other content under the same name, where rows have no ids of their own to count them once by", () => {
    const changed = { ...file, contentHash: "two" };
    expect(beginImport(plan(), changed, [finished], 9_000, false)).toMatchObject({ code: "import.file_changed" });
    expect(beginImport(plan(), changed, [finished], 9_000, true)).toMatchObject({ rowsDone: 0, startedAt: 9_000 });
    const named = plan({ messageId: "id" });
    const earlier = { ...finished, mappingDigest: named.digest };
    expect(beginImport(named, changed, [earlier], 9_000, false)).toMatchObject({ rowsDone: 0 });
  });
});
