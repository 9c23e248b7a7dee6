import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryImportLedger } from "#adapters/memory/import-ledger.ts";
import { memoryIntake } from "#adapters/memory/intake.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { digest } from "#core/kernel/digest.ts";
import { importCommand } from "./import-command.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tributary-import-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A world that writes down what is asked of it, and in which order. */
function recordingWorld() {
  const intake = memoryIntake();
  const ledger = memoryImportLedger();
  const did: string[] = [];
  let [stdout, stderr] = ["", ""];
  const terminal = new PassThrough();
  terminal.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const world = {
    clock: () => Date.UTC(2026, 0, 1),
    rules: async () => defaultIdentityRules,
    openData: async (data: string | undefined) => {
      did.push(`open ${data}`);
      const settled = async () => void did.push("settled");
      return { intake, ledger, settled, close: async () => void did.push("closed") };
    },
    stdout: {
      write: (text: string) => {
        stdout += text;
      },
    },
    stderr: terminal,
  };
  const run = async (...args: readonly string[]) => {
    [stdout, stderr] = ["", ""];
    const code = await importCommand(args, world);
    return { code, stdout, stderr };
  };
  const events = () => intake.batches.flatMap((batch) => batch.events);
  const badEvents = () => intake.batches.flatMap((batch) => batch.badEvents);
  return { run, did, events, badEvents, ledger };
}

const fileOf = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};

const PEOPLE = `
name: people
source: crm
rows:
  - type: identify
    userId: id
    traits: { city: city, note: note }
`;
const mappingFile = () => fileOf("people.yaml", PEOPLE);

const ROWS = 'id,city,note\n1a,Orléans,"ein, zwei"\n2b,Besançon,\n';
const CITIES = [
  ["1a", { city: "Orléans", note: "ein, zwei" }],
  ["2b", { city: "Besançon" }],
];

/** A megabyte that does not compress: a file of many chunks. */
const NOISE = Buffer.from(Array.from({ length: 30_000 }, (_, n) => digest(String(n))).join("\n"), "latin1");

describe("the import command", () => {
  it.each([
    ["utf-8.csv", Buffer.from(ROWS)],
    ["marked.csv", Buffer.from(`\u{FEFF}${ROWS}`)],
    ["utf-16le.csv", Buffer.from(`\u{FEFF}${ROWS}`, "utf16le")],
    ["utf-16be.csv", Buffer.from(`\u{FEFF}${ROWS}`, "utf16le").swap16()],
    ["windows-1252.csv", Buffer.from(ROWS, "latin1")],
    ["crlf.csv", Buffer.from(ROWS.replaceAll("\n", "\r\n"))],
    ["returns-only.csv", Buffer.from(ROWS.replaceAll("\n", "\r"))],
    ["semicolons.csv", Buffer.from('id;city;note\n1a;Orléans;"ein, zwei"\n2b;Besançon;\n')],
    ["packed.csv.gz", gzipSync(ROWS)],
    ["two-members.csv.gz", Buffer.concat([gzipSync(ROWS.slice(0, 30)), gzipSync(ROWS.slice(30))])],
    ["packed-by-its-bytes-not-its-name.csv", zstdCompressSync(ROWS)],
    ["lines.jsonl", Buffer.from('{"id":"1a","city":"Orléans","note":"ein, zwei"}\n\n{"id":"2b","city":"Besançon"}')],
  ])("reads %s", async (name, content) => {
    const { run, events } = recordingWorld();
    const { code } = await run(await fileOf(name, content), "--mapping", await mappingFile());
    expect(code).toBe(0);
    expect(events().map(({ userId, traits }) => [userId, traits])).toEqual(CITIES);
  });

  it("says what it did, in words or in one line of JSON, once everything can be queried", async () => {
    const { run, did } = recordingWorld();
    const file = await fileOf("said.csv", `${ROWS}3c,too,many,cells\n`);
    const { stdout, stderr } = await run(file, "-m", await mappingFile(), "--data", "shop");
    expect(stderr).toBe("said.csv: CSV, separated by comma, utf-8, 69 bytes; mapping people\n");
    expect(stdout).toContain('Imported said.csv into "crm"');
    expect(stdout).toContain("events    2 (identify 2)");
    expect(stdout).toContain("refused   1, kept as bad events: import.bad_row 1");
    expect(did).toEqual(["open shop", "settled", "closed"]);

    const other = recordingWorld();
    const json = await other.run(file, "-m", await mappingFile(), "--json");
    expect(json.stderr).toBe("");
    expect(json.stdout.trimEnd()).not.toContain("\n");
    expect(JSON.parse(json.stdout)).toMatchObject({
      rows: 3,
      events: 2,
      badEvents: 1,
      badByCode: { "import.bad_row": 1 },
    });
  });

  it("doubles nothing: a finished import has nothing to do, and read again it is the same events", async () => {
    const { run, events } = recordingWorld();
    const file = await fileOf("twice.csv", ROWS);
    await run(file, "-m", await mappingFile());
    const same = await fileOf("twice-renamed.csv.gz", gzipSync(ROWS));
    expect((await run(same, "-m", await mappingFile())).stdout).toContain("Nothing to do");
    expect(events()).toHaveLength(2);
    expect((await run(file, "-m", await mappingFile(), "--again")).code).toBe(0);
    const [first, again] = [events().slice(0, 2), events().slice(2)];
    expect(again).toEqual(first);
  });

  it("shows what would happen, and opens nothing", async () => {
    const { run, did, events } = recordingWorld();
    const rehearsal = await run(await fileOf("dry.csv", `${ROWS}x"\n`), "-m", await mappingFile(), "--dry-run");
    expect(rehearsal.stderr).toContain("rows.0.traits.city  compiled     city");
    expect(rehearsal.stdout).toContain("people    2 identity keys");
    expect(rehearsal.stdout).toContain("row 3: import.bad_row: 1 cell where there are 3 columns (line 4)");
    expect(rehearsal.stdout).toContain('"userId":"1a"');
    expect([did, events()]).toEqual([[], []]);
  });

  it("keeps good rows of a file that is mostly UTF-8, and refuses those that are not", async () => {
    const { run, events, badEvents } = recordingWorld();
    const file = await fileOf(
      "mixed.csv",
      Buffer.concat([Buffer.from(ROWS), Buffer.from("3c,Lim\xF4ges,\n", "latin1")]),
    );
    await run(file, "-m", await mappingFile());
    expect(events().map(({ userId }) => userId)).toEqual(["1a", "2b"]);
    expect(badEvents().map(({ position, problems }) => [position, problems[0]?.message])).toEqual([
      [3, "bytes that are not UTF-8 (line 4)"],
    ]);
  });

  it.each([
    ["import.bad_options", 2, "", "--nonsense", "x"],
    ["import.bad_options", 2, "", "file.csv"],
    ["import.no_mapping", 1, ROWS, "FILE", "-m", "cdnoww"],
    ["import.no_file", 1, "", "nowhere.csv", "-m", "cdnow"],
    ["import.unknown_column", 1, ROWS, "FILE", "-m", "cdnow"],
    ["import.bad_header", 1, "id,id\n1,2", "FILE", "-m", "cdnow"],
    ["import.unknown_form", 1, '[{"id":1}]', "FILE", "-m", "MAPPING"],
    ["import.unknown_form", 1, "PAR1....", "FILE", "-m", "cdnow"],
    ["import.broken_file", 1, gzipSync("x".repeat(9_999)).subarray(0, 30), "FILE", "-m", "cdnow"],
    ["import.broken_file", 1, gzipSync(NOISE).subarray(0, 400_000), "FILE", "-m", "cdnow"],
    ["import.broken_file", 1, zstdCompressSync(NOISE).subarray(0, 400_000), "FILE", "-m", "cdnow"],
    ["import.broken_file", 1, Buffer.concat([gzipSync(NOISE).subarray(0, 90_000), NOISE]), "FILE", "-m", "cdnow"],
  ] as const)("refuses with %s", async (code, exit, content, ...args) => {
    const { run, did } = recordingWorld();
    const file = await fileOf("refused", content);
    const mapping = await mappingFile();
    const named: Readonly<Record<string, string>> = { FILE: file, MAPPING: mapping };
    const answer = await run(...args.map((arg) => named[String(arg)] ?? String(arg)), "--json");
    expect(JSON.parse(answer.stdout)).toMatchObject({ code, message: expect.any(String) });
    expect([answer.code, did]).toEqual([exit, []]);
  });

  it("teaches", async () => {
    const { stdout, code } = await recordingWorld().run("--help");
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples[\s\S]*--mapping cdnow/);
  });
});
