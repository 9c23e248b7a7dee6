import { describe, expect, it } from "vitest";
import { readSourcesOptions } from "./sources-options.ts";

describe("what is asked of sources", () => {
  it.each([
    ["apply", "Apply which files?"],
    ["add", "Give it an id"],
    ["rotate", "which source"],
    ["revoke site", "which key"],
    ["list all", 'list does not understand "all"'],
    ["show", 'There is no "sources show"'],
    ["--json", "List, apply, add, rotate or revoke?"],
    ["list --dry-run", "--dry-run goes with apply only"],
    ["rotate site --name x", "--name goes with add only"],
    ["list --colour", "--colour"],
  ])("%s is not understood, and says why and where to look", (line, words) => {
    const read = readSourcesOptions(line.split(" "));
    expect(read).toMatchObject({ code: "sources.bad_options", message: expect.stringContaining(words) });
    expect(read).toMatchObject({ message: expect.stringContaining("sources --help") });
  });
  it.each([[], ["--help"], ["rotate", "-h"]])("is explained (%s)", (...args) => {
    expect(readSourcesOptions(args)).toBe("help");
  });
  it("is done somewhere", () => {
    expect(readSourcesOptions(["add", "site", "--origin", "a", "--origin", "b", "--url", "u", "--json"])).toMatchObject(
      {
        act: { kind: "add", id: "site", settings: { name: "site", allowedOrigins: ["a", "b"] } },
        target: { data: undefined, url: "u", token: undefined },
      },
    );
  });
});
