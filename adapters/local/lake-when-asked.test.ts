import { describe, expect, it } from "vitest";
import { type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";
import { lakeWhenAsked } from "./lake-when-asked.ts";

/** A lake that is opened by a script: each entry opens it, or says why it cannot be. */
function scripted(...script: readonly ("opens" | Error)[]) {
  const told: string[] = [];
  const query = {
    lake: { query: async (sql: string) => ({ columns: [], rows: [[sql]] }) },
    close: () => void told.push("closed"),
  } as unknown as LocalLakeQuery;
  const asked = lakeWhenAsked("lake", async () => {
    const next = script[told.filter((word) => word === "opened").length];
    told.push("opened");
    if (next instanceof Error) throw next;
    return query;
  });
  return { told, ...asked };
}

describe("the lake for our own statements", () => {
  it("is opened by the first of them, once, and closed with the others", async () => {
    const { lake, close, told } = scripted("opens");
    expect(told).toEqual([]);
    const answers = await Promise.all(["a", "b"].map((sql) => lake.query(sql)));
    expect(answers.map(({ rows }) => rows)).toEqual([[["a"]], [["b"]]]);
    await close();
    expect(told).toEqual(["opened", "closed"]);
    await expect(lake.query("late")).rejects.toThrow("was closed");
  });

  it("is not opened to be closed", async () => {
    const { close, told } = scripted("opens");
    await close();
    expect(told).toEqual([]);
  });

  it("is opened by the next one where it could not be", async () => {
    const { lake, close, told } = scripted(new Error("the disk is away"), "opens");
    await expect(lake.query("a")).rejects.toThrow("the disk is away");
    expect((await lake.query("b")).rows).toEqual([["b"]]);
    await close();
    expect(told).toEqual(["opened", "opened", "closed"]);
  });

  it("says at once that its folder cannot be one", async () => {
    expect(() => lakeWhenAsked("a*b")).toThrow("may not have *");
    await expect(openLakeQuery("a*b")).rejects.toThrow("may not have *");
  });
});
