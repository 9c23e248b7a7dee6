import { describe, expect, it } from "vitest";
import type { Json } from "#core/kernel/json.ts";
import { commandWorld } from "#test/support/command-world.ts";
import { segmentsCommand } from "./segments-command.ts";

const world = await commandWorld(segmentsCommand);
const LYON = { trait: "city", eq: "Lyon" };

async function filled(): Promise<void> {
  await world.api.take([
    { type: "identify", userId: "ana", messageId: "1", timestamp: "2026-09-01T08:00:00Z", traits: { city: "Lyon" } },
    { type: "identify", userId: "bo", messageId: "2", timestamp: "2026-09-01T08:00:00Z", traits: { city: "Nice" } },
  ]);
  const make = (id: string, condition: object) =>
    world.api.ask("POST", "/api/segments", { id, name: id.toUpperCase(), condition } as unknown as Json);
  await make("lyon", LYON);
  await make("others", { not: { segment: "lyon" } });
}

describe("segments", () => {
  it("are shown with what they mean, who is in, and why", async () => {
    await filled();
    const { stdout: list } = await world.run("list", "--language", "fr");
    expect(list).toContain("lyon  LYON (version 1; kept as people change; not evaluated yet)");
    expect(list).toMatch(/est dans le segment «.LYON.»/);
    expect((await world.run("preview", JSON.stringify(LYON))).stdout).toContain("1 people, such as ");
    expect((await world.run("members", "lyon")).stdout).toContain("(1 people)");
    expect((await world.run("explain", "lyon", "user_id:bo")).stdout).toMatch(
      /is not in lyon\.\nno {3}.*city is "Nice"/,
    );
    expect((await world.run("explain", "others", "user_id:bo", "--language", "fr")).stdout).toContain("city vaut");
    expect((await world.run("overlap", "lyon", "others")).stdout).toContain("both 0 (0.0 % of those in either)");
    expect((await world.run("history", "lyon")).stdout).toContain("(0 rows)");
    expect((await world.run("versions", "lyon")).stdout).toContain("1 (current)");
    expect((await world.run("evaluate", "lyon")).stdout).toContain("Asked for");
    expect((await world.run("archive", "lyon")).stdout).toContain("Used by segment others.");
    expect((await world.run("list")).stdout).not.toContain("lyon  LYON");
    expect((await world.run("list", "--archived")).stdout).toContain("archived");
    expect((await world.run("restore", "lyon")).stdout).toContain("version 3;");
    expect(JSON.parse((await world.run("show", "lyon", "--json")).stdout)).toMatchObject({ id: "lyon", version: 3 });
  });

  it("say what is wrong and what to do", async () => {
    expect(await world.run("show", "gone")).toMatchObject({ code: 1, stderr: expect.stringContaining("not_found") });
    expect(await world.run("preview", '{"trait":"x"}')).toMatchObject({ code: 1 });
    const wrong = [
      ["preview", "x"],
      ["preview", "1"],
      ["preview"],
      ["show"],
      ["overlap", "a"],
      ["explain", "a"],
      ["x"],
    ];
    for (const args of [...wrong, ["list", "--language", "de"], ["show", "a", "b"], ["show", "a", "--archived"]]) {
      expect(await world.run(...args), args.join(" ")).toMatchObject({ code: 2, stdout: "" });
    }
    expect((await world.run()).stdout).toContain("segments explain ID");
  });
});
