import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Json } from "#core/kernel/json.ts";
import type { ListMemberRow } from "#core/segments/list-member-row.ts";
import { type ApiWorld, apiWorld, duckDbLake } from "#test/support/api-world.ts";

const lake = await duckDbLake();
afterAll(() => lake.close());

let world: ApiWorld;
/** Rows that are on their way to the lake. */
let held: ListMemberRow[] | undefined;
beforeEach(async () => {
  await lake.clear();
  held = undefined;
  const listRows = {
    append: async (_table: string, rows: readonly ListMemberRow[]) =>
      held === undefined ? lake.append("list_members", rows) : void held.push(...rows),
  };
  const { ofSegments } = (await apiWorld(lake)).ports;
  world = await apiWorld(lake, { ofSegments: { ...ofSegments, listRows } });
  await world.take(
    ["a", "b", "c"].map((name) => ({
      type: "identify",
      userId: name,
      messageId: name,
      timestamp: "2026-09-01T08:00:00Z",
      traits: { email: `${name}@example.org`, phone: `+33 6 12 34 56 7${name.charCodeAt(0) % 10}` },
    })),
  );
});

const ask = async (method: string, path: string, body?: Json) => (await world.ask(method, path, body)).body as Answer;
// biome-ignore lint/suspicious/noExplicitAny: the contract is checked by `ask`, each test by what it expects
type Answer = any;
const create = (content: object, id = "fair") => ask("POST", "/api/lists", { id, name: "Fair", ...content });
const importTo = (mode: string, content: object, id = "fair") =>
  ask("POST", `/api/lists/${id}/members`, { mode, ...content });
const people = async (id = "fair") => (await ask("GET", `/api/lists/${id}`)).people;

describe("an imported list", () => {
  it("reads CSV of any separator, by the identity rules, and tells each line that names nobody", async () => {
    const csv = [
      "\uFEFFName;Email;Mobile",
      "Ana; A@Example.org ;",
      "Bo;b@example.org;+33612345678",
      "Again;B@EXAMPLE.ORG;",
      "Nobody;;",
      "Bad;not an address;",
      "Short;c@example.org",
      "",
    ].join("\r\n");
    const told = await create({ csv, types: { Mobile: "phone" } });
    expect(told).toMatchObject({
      taken: 3,
      repeated: 1,
      bad: 3,
      list: { id: "fair", identifiers: 3, uploading: null },
    });
    expect(told.problems.map(({ line }: Answer) => line)).toEqual([5, 6, 7]);
    for (const { reason } of told.problems) expect(reason).not.toBe("");
    expect(await people()).toBe(2);
  });

  it("takes identifiers one by one, and matches whoever turns up later", async () => {
    const identifiers = ["email:a@example.org", { type: "user_id", value: "later" }, "id:xyz", "nonsense"];
    expect(await create({ identifiers })).toMatchObject({ taken: 2, bad: 2 });
    expect(await people()).toBe(1);
    await world.take([{ type: "identify", userId: "later", messageId: "l", timestamp: "2026-09-02T08:00:00Z" }]);
    expect(await people()).toBe(2);
  });

  it("is at hand before anybody is told to look, and tells them once it is another list, whether or not that is heard", async () => {
    const told: unknown[] = [];
    const { ofSegments } = world.ports;
    const listMoved = async () => {
      told.push([(await ofSegments.lists.get("fair"))?.definition.chain?.identifiers ?? 0]);
      throw new Error("nobody hears");
    };
    world = await apiWorld(lake, { ofSegments: { ...ofSegments, listMoved } });
    await create({ identifiers: ["user_id:a"], more: true });
    expect(told).toEqual([]);
    expect(await importTo("continue", { identifiers: ["user_id:b"] })).toMatchObject({ list: { identifiers: 2 } });
    expect(await ask("DELETE", "/api/lists/fair")).toEqual({ id: "fair", deleted: true });
    expect(told).toEqual([[2], [0]]);
    expect(world.log.filter(([what]) => what === "trouble").map(([, , at]) => at)).toEqual(["list fair", "list fair"]);
  });

  it("is replaced, added to, and remembers its imports", async () => {
    await create({ identifiers: ["user_id:a"] });
    await importTo("append", { identifiers: ["user_id:b"] });
    expect(await people()).toBe(2);
    expect(await importTo("replace", { identifiers: ["user_id:c"] })).toMatchObject({ list: { identifiers: 1 } });
    expect(await people()).toBe(1);
    await importTo("append", { identifiers: ["user_id:a", "user_id:c"] });
    expect(await people()).toBe(2);
    const { versions } = await ask("GET", "/api/lists/fair/versions");
    expect(versions.map(({ current, replaces, identifiers }: Answer) => [current, replaces, identifiers])).toEqual([
      [true, false, 2],
      [true, true, 1],
      [false, false, 1],
      [false, true, 1],
    ]);
    expect(await importTo("replace", { identifiers: [] }), "an empty list is meant").toMatchObject({ taken: 0 });
    expect(await people()).toBe(0);
  });

  it("of many parts stays as it was until the last is there", async () => {
    await create({ identifiers: ["user_id:a"] });
    expect(await importTo("replace", { identifiers: ["user_id:b"], more: true })).toMatchObject({
      list: { identifiers: 1, uploading: 1 },
    });
    expect(await people()).toBe(1);
    expect(await importTo("continue", { identifiers: ["user_id:c"] })).toMatchObject({
      list: { identifiers: 2, uploading: null },
    });
    expect(await people()).toBe(2);
    expect((await importTo("continue", { identifiers: ["user_id:a"] })).code).toBe("list.nothing_to_continue");
  });

  it("counts only what has arrived whole, in whatever order, however often", async () => {
    await create({ identifiers: ["user_id:a"] });
    held = [];
    await importTo("append", { identifiers: ["user_id:b"] });
    await importTo("append", { identifiers: ["user_id:c"] });
    const [header1, row1, header2, row2] = held;
    const arrive = (...rows: readonly (ListMemberRow | undefined)[]) =>
      lake.append(
        "list_members",
        rows.filter((row) => row !== undefined),
      );
    await arrive(row2, header2, row2);
    expect(await people(), "what was added before is not there yet").toBe(1);
    await arrive(header1);
    expect(await people()).toBe(1);
    await arrive(row1, header1, header2);
    expect(await people()).toBe(3);
  });

  it("is never mixed with what an import left behind that died", async () => {
    await create({ identifiers: ["user_id:a"] });
    const { lists } = world.ports.ofSegments;
    held = [];
    const dying = { ...lists, put: lists.put };
    let puts = 0;
    Object.assign(lists, {
      put: async (...args: Parameters<typeof lists.put>) => {
        if (++puts === 2) throw new Error("dead");
        return dying.put(...args);
      },
    });
    expect(
      (await world.ask("POST", "/api/lists/fair/members", { mode: "append", identifiers: ["user_id:b"] })).status,
    ).toBe(503);
    const orphans = held;
    held = undefined;
    await importTo("append", { identifiers: ["user_id:c"] });
    expect(await people()).toBe(2);
    await lake.append("list_members", orphans);
    expect(await people(), "the later attempt stands in the place of the first").toBe(2);
  });

  it("cannot be deleted while a segment refers to it, nor be referred to once it is; its id begins anew", async () => {
    await create({ identifiers: ["user_id:a"] });
    const segment = { id: "met", name: "Met", condition: { not: { list: "fair" } } };
    expect((await world.ask("POST", "/api/segments", segment)).status).toBe(201);
    expect(await ask("DELETE", "/api/lists/fair")).toMatchObject({
      code: "list.in_use",
      message: expect.stringContaining("met"),
    });
    await ask("DELETE", "/api/segments/met");
    expect(await ask("DELETE", "/api/lists/fair")).toEqual({ id: "fair", deleted: true });
    expect((await ask("POST", "/api/segments", segment)).code).toBe("segment.unknown_list");
    expect((await ask("POST", "/api/segments/preview", { condition: segment.condition })).code).toBe(
      "segment.unknown_list",
    );
    await create({ identifiers: ["user_id:b"] });
    expect(await people(), "who was on the first is not on the second").toBe(1);
    expect((await ask("DELETE", "/api/lists/gone")).code).toBe("list.not_found");
  });

  it.each([
    ["neither form", {}, "list.bad_file"],
    ["both forms", { csv: "email\na@b.org", identifiers: [] }, "list.bad_file"],
    ["no column that is a type", { csv: "name,city\nAna,Lyon" }, "list.bad_file"],
    ["two columns of one name", { csv: "email,email\na@b.org,a@b.org" }, "list.bad_file"],
    ["types of a column that is not there", { csv: "email\na@b.org", types: { mail: "email" } }, "list.bad_file"],
    ["nobody at all", { csv: "email\nx\ny\n" }, "list.nothing_usable"],
    ["nothing but a broken quote", { csv: '"email\n' }, "list.bad_file"],
  ])("is refused with %s, and nothing is kept", async (_what, content, code) => {
    expect((await create(content)).code).toBe(code);
    expect((await ask("GET", "/api/lists")).lists).toEqual([]);
  });
});
