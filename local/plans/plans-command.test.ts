import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { commandWorld } from "#test/support/command-world.ts";
import { plansCommand } from "./plans-command.ts";

const world = await commandWorld(plansCommand);
const { file, run, folder } = world;

const SHOP = `name: Shop
events:
  - name: Order Completed
    schema: { type: object, required: [order_id], properties: { order_id: { type: string }, total: { type: number } } }
`;

describe("plans apply", () => {
  it("makes what is not there, changes what differs, and leaves the rest alone", async () => {
    const path = file("shop.yaml", SHOP);
    expect((await run("apply", path, "--dry-run")).stdout).toBe("shop  would be created\n");
    expect((await run("apply", path)).stdout).toBe("shop  created\n");
    expect((await run("apply", path)).stdout).toBe("shop  unchanged\n");
    writeFileSync(path, `${SHOP}unplannedEvents: allow\n`);
    expect(JSON.parse((await run("apply", path, "--json")).stdout)).toEqual({
      dryRun: false,
      plans: [{ id: "shop", done: "changed" }],
    });
    expect((await run("list")).stdout).toMatch(/^shop +Shop +2 +1 +2026-/m);
  });

  it.each([
    ["a bad schema", SHOP.replace("number", "money"), "events.0.schema.properties.total.type: one or several of"],
    ["no plan", "just text\n", "a plan is expected"],
    ["a bad id", `${SHOP}id: No Good\n`, "id: lower-case letters"],
    ["no YAML", "a: [\n", "neither YAML nor JSON"],
    ["another of the same id", `${SHOP}id: shop\n`, "the plan shop is there twice"],
  ])("with %s in a file touches nothing", async (_what, text, words) => {
    const { code, stdout, stderr } = await run("apply", file("shop.yaml", SHOP), file("bad.yaml", text));
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(words);
    expect(await world.api.ports.trackingPlans.list()).toEqual([]);
  });
});

describe("plans infer, types, check and violations", () => {
  it("make a plan of what came in, that what came in keeps to", async () => {
    await world.api.take(
      [
        { type: "track", event: "Lamp Lit", userId: "u1", properties: { lamp: "a", watts: 3 } },
        { type: "track", event: "Lamp Lit", userId: "u1", properties: { lamp: "b", watts: 4.5 } },
      ],
      { source: "lamps" },
    );
    const draft = join(folder, "lamps.yaml");
    expect((await run("infer", "--source", "lamps", "--name", "Lamps", "--out", draft)).stdout).toContain("is written");
    expect(parse(readFileSync(draft, "utf8"))).toMatchObject({ name: "Lamps", events: [{ name: "Lamp Lit" }] });
    expect((await run("apply", draft)).stdout).toBe("lamps  created\n");
    expect((await run("types", "lamps")).stdout).toContain(
      "export interface LampLit {\n  lamp: string;\n  watts: number;\n}",
    );
    expect((await run("types", draft)).stdout).toBe((await run("types", "lamps")).stdout);
    expect((await run("violations", "lamps")).stdout).toContain("No source is held to lamps");
  });

  it("hold the events of a file to a plan, without asking anybody", async () => {
    const plan = file("shop.yaml", SHOP);
    const good = { type: "track", event: "Order Completed", properties: { order_id: "o" } };
    const bad = { ...good, properties: { total: "ana@x.example" } };
    const events = [good, bad, bad, { ...good, event: "Order Compelted" }].map((event) => JSON.stringify(event));
    const mixed = await run("check", plan, file("events.ndjson", `${events.join("\n")}\nnot json\n`), "--url", "down");
    expect(mixed.code).toBe(1);
    expect(mixed.stdout).toContain("4 events: 1 as planned, 2 violating, 1 not in the plan; 1 lines are no events.");
    expect(mixed.stdout).toMatch(/Order Completed +properties\.total +number is expected +2 +0 +line 3/);
    expect(mixed.stdout).toMatch(/Order Compelted +the event is not in the plan +1/);
    expect(mixed.stdout).not.toContain("ana@x.example");
    const clean = await run("check", plan, file("events.ndjson", `${events[0]}\n`), "--json");
    expect([clean.code, JSON.parse(clean.stdout)]).toMatchObject([0, { events: 1, planned: 1 }]);
    expect((await run("check", plan)).stdout).toContain("is a plan: Shop, with 1 events");
    expect((await run("check", plan, join(folder, "nothing.ndjson"))).code).toBe(1);
  });

  it("count what came in that is not as planned", async () => {
    await run("apply", file("shop.yaml", SHOP));
    const rest = { kind: "server" as const, trust: "server" as const, enabled: true, keys: [] };
    await world.api.ports.sources.put(
      "till",
      { id: "till", name: "Till", ...rest, plan: { id: "shop", mode: "report" } },
      0,
    );
    expect((await run("violations", "shop")).stdout).toMatch(/^Everything of till since .* is as planned/);
    const json = JSON.parse(
      (await run("violations", "shop", "--since", "2026-11-01", "--source", "till", "--json")).stdout,
    );
    expect(json).toMatchObject({ since: "2026-11-01T00:00:00.000Z", sources: ["till"] });
  });
});

describe("what is asked", () => {
  it.each([
    ["apply", "Apply which files?"],
    ["types", "Types of which plan?"],
    ["check", "Check which file?"],
    ["violations", "Violations of which plan?"],
    ["list all", 'list does not understand "all"'],
    ["show", 'There is no "plans show"'],
    ["list --dry-run", "--dry-run goes with apply only"],
    ["list --out x", "--out goes with infer and types only"],
    ["infer --sample many", "--sample takes a number"],
    ["list --colour", "--colour"],
    ["list --url nowhere", "--url expects an address"],
  ])("plans %s is not understood, and says why", async (line, words) => {
    const { code, stderr } = await run(...line.split(" "));
    expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  });

  it("is told where nobody answers, and what was refused", async () => {
    expect(await run("list", "--url", "down")).toEqual({
      code: 1,
      stdout: "",
      stderr: "it cannot be reached: no route (target.out_of_reach)\n",
    });
    const { code, stderr } = await run("types", "nothing");
    expect([code, stderr]).toEqual([1, expect.stringContaining("(tracking_plan.not_found)")]);
    expect(JSON.parse((await run("infer", "--source", "nobody", "--json")).stdout).code).toBe(
      "tracking_plan.nothing_to_infer",
    );
  });

  it("is explained", async () => {
    for (const args of [[], ["--help"], ["infer", "-h"]]) {
      const { code, stdout } = await run(...args);
      expect([code, stdout]).toEqual([0, expect.stringContaining("unplannedEvents: report")]);
    }
  });
});
