import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandWorld } from "#test/support/command-world.ts";
import { sourcesCommand } from "./sources-command.ts";

const world = await commandWorld(sourcesCommand);
const { file } = world;

async function run(...args: readonly string[]) {
  const ran = await world.run(...args);
  return { ...ran, json: () => JSON.parse(ran.stdout) };
}

const SITE = "name: Web site\nkind: browser\nallowedOrigins: [https://shop.example]\n";
const REST = "- { id: till, name: Tills, kind: server }\n- { id: crm, name: CRM, kind: partner, enabled: false }\n";

describe("sources apply", () => {
  it("makes what is not there, changes what differs, and leaves the rest alone", async () => {
    const [site, rest] = [file("site.yaml", SITE), file("rest.yaml", REST)];
    const first = await run("apply", site, rest, "--json");
    expect(first.json()).toEqual({
      dryRun: false,
      sources: [
        { id: "site", done: "created", differs: [], writeKey: "write-key-1" },
        { id: "till", done: "created", differs: [], writeKey: "write-key-2" },
        { id: "crm", done: "created", differs: [], writeKey: "write-key-3" },
      ],
    });
    expect((await run("apply", site, rest)).stdout).toBe("site  unchanged\ntill  unchanged\ncrm   unchanged\n");
    writeFileSync(site, `${SITE}allowedTypes: [track]\nipPolicy: none\n`);
    const change = "changed: allowedTypes, ipPolicy\n";
    expect((await run("apply", site, "--dry-run")).stdout).toBe(`site  would be ${change}`);
    expect((await run("apply", site)).stdout).toBe(`site  ${change}`);
    writeFileSync(site, SITE);
    expect((await run("apply", site)).stdout, "what is left out is as it is by default").toBe(`site  ${change}`);
    expect((await run("list", "--json")).json().sources).toMatchObject([
      { id: "crm", enabled: false, keys: [{}] },
      { id: "site", version: 3, trust: "browser", keys: [{}] },
      { id: "till", version: 1 },
    ]);
    expect(world.opened).toBe(6);
  });

  it("changes nothing where it only rehearses", async () => {
    const rehearsed = await run("apply", file("site.yaml", SITE), "--dry-run", "--json");
    expect(rehearsed.json()).toEqual({ dryRun: true, sources: [{ id: "site", done: "created", differs: [] }] });
    expect((await run("list", "--json")).json()).toEqual({ sources: [] });
  });

  it.each([
    ["a bad origin", `${SITE}ipPolicy: some\n`, "ipPolicy: "],
    ["a key", `${SITE}keys: []\n`, "a file holds no keys"],
    ["a bad id", `${SITE}id: No Good\n`, "id: lower-case letters"],
    ["no YAML", "a: [\n", "neither YAML nor JSON"],
    ["another of the same id", "[{ id: site, name: A }, { id: site, name: B }]\n", "there twice"],
  ])("with %s in a file touches nothing", async (_what, text, words) => {
    const { code, stdout, stderr } = await run("apply", file("till.yaml", "name: Tills\n"), file("bad.yaml", text));
    expect([code, stdout, world.opened]).toEqual([1, "", 0]);
    expect(stderr).toContain(words);
    expect(stderr).toContain("(source.bad_file)");
    expect(await world.api.ports.sources.list()).toEqual([]);
  });

  it("says what was done before something was refused, and what was not", async () => {
    const planned = file("planned.yaml", `${SITE}plan: { id: nowhere, mode: report }\n`);
    const { code, stdout, stderr } = await run("apply", file("till.yaml", "name: Tills\n"), planned);
    expect([code, stdout]).toEqual([1, expect.stringContaining("till  created, write key write-key-1\n")]);
    expect(stderr).toContain("planned: ");
    expect(stderr).toContain("(source.unknown_plan)");
  });
});

describe("sources add, rotate and revoke", () => {
  it("make a source, give it a second key, and take the first away", async () => {
    const origin = ["--origin", "https://shop.example", "--origin", "https://*.shop.example"];
    const added = await run("add", "site", "--name", "Web site", "--kind", "browser", ...origin);
    expect([added.code, added.stdout]).toEqual([0, expect.stringContaining("write key of site: write-key-1\n")]);
    const rotated = await run("rotate", "site");
    const [, old] = /sources revoke site (\S+)/.exec(rotated.stdout) ?? [];
    expect(rotated.stdout).toContain("write-key-2");
    expect((await run("rotate", "site")).stderr).toContain(`${old}`);
    expect((await run("revoke", "site", `${old}`)).stdout).toContain(`The key ${old} of site is revoked`);
    const last = await run("revoke", "site", (await run("list", "--json")).json().sources[0].keys[0].id, "--json");
    expect([last.code, last.json().code]).toEqual([1, "source.last_key"]);
    const { stdout } = await run("list");
    expect(stdout).toMatch(/^site +Web site +browser +on +\S{10} of 2026-11-02 +https:\/\/shop.example https:\/\/\*/m);
  });
  it("call a source by its id where no name is given", async () => {
    expect((await run("add", "till", "--json")).json()).toMatchObject({ id: "till", name: "till", kind: "server" });
    expect((await run("add", "till")).stderr).toContain("(definition.exists)");
  });
});

describe("the command", () => {
  it("does not open what is not rightly named", async () => {
    const { code, stderr } = await run("list", "--url", "nowhere");
    expect([code, stderr]).toEqual([2, "--url expects an address. (target.bad_options)\n"]);
  });
  it("says where nobody answers", async () => {
    const { code, stderr } = await run("list", "--url", "down");
    expect([code, stderr, world.opened]).toEqual([1, "it cannot be reached: no route (target.out_of_reach)\n", 1]);
  });
  it("explains itself", async () => {
    expect(await run("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("allowedOrigins: [") });
  });
});
