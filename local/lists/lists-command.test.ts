import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandWorld } from "#test/support/command-world.ts";
import { csvParts } from "./csv-parts.ts";
import { listsCommand } from "./lists-command.ts";

const world = await commandWorld(listsCommand);

describe("lists", () => {
  it("are imported from a file, replaced, added to, shown and deleted", async () => {
    const file = world.file("fair.csv", "email,phone\nana@example.org,\nbad,\nbo@example.org,+33612345678\n");
    const made = await world.run("import", file, "--id", "fair", "--name", "Fair");
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toContain("3 identifiers are on the list fair");
    expect(made.stdout).toContain("line 3: ");
    const more = world.file("more.csv", "Adresse\ncy@example.org\n");
    const added = await world.run("import", more, "--id", "fair", "--append", "--type", "Adresse=email", "--json");
    expect(JSON.parse(added.stdout)).toMatchObject({ taken: 1, list: { name: "Fair", identifiers: 4 } });
    expect((await world.run("list")).stdout).toBe("fair  Fair  4 identifiers\n");
    expect((await world.run("show", "fair")).stdout).toContain("4 identifiers, 0 people");
    await world.run("import", more, "--id", "fair", "--type", "Adresse=email");
    expect((await world.run("list")).stdout).toContain("1 identifiers");
    expect((await world.run("delete", "fair")).stdout).toBe("fair is deleted.\n");
    expect((await world.run("list")).stdout).toContain("no list yet");
  });

  it("say what is wrong and what to do", async () => {
    const nameless = world.file("names.csv", "name\nAna\n");
    expect(await world.run("import", nameless, "--id", "x")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("email"),
    });
    expect(await world.run("import", "gone.csv", "--id", "x")).toMatchObject({ code: 1 });
    expect(await world.run("show", "gone")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("list.not_found"),
    });
    for (const wrong of [["import", nameless], ["import"], ["show"], ["list", "x"], ["sort"], ["list", "--append"]]) {
      expect(await world.run(...wrong), wrong.join(" ")).toMatchObject({ code: 2, stdout: "" });
    }
    expect((await world.run("import", nameless, "--id", "x", "--type", "email")).stderr).toContain("COLUMN=TYPE");
    expect((await world.run("--help")).stdout).toContain("lists import FILE");
  });
});

describe("parts of a CSV text", () => {
  it("hold each record once, behind the header, and none in two halves", () => {
    const cell = fc.constantFrom("a", "b@c.org", '"x\ny"', '"q""q"', "");
    const rows = fc.array(
      fc.tuple(cell, cell).map((cells) => cells.join(",")),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 5 }), (records, size, lines) => {
        const header = "email,phone\n";
        const csv = `${header}${records.map((record) => `${record}\n`).join("")}`;
        const parts = csvParts(csv, size, lines);
        expect(parts.every((part) => part.startsWith(header))).toBe(true);
        expect(header + parts.map((part) => part.slice(header.length)).join("")).toBe(csv);
        const quotes = (part: string): number => part.split('"').length - 1;
        expect(parts.every((part) => quotes(part) % 2 === 0)).toBe(true);
      }),
    );
    expect(csvParts("email\n")).toEqual(["email\n"]);
    expect(csvParts("email\na,b\nc", 1, 1)).toEqual(["email\na,b\n", "email\nc"]);
  });
});
