import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import {
  newDataFolder,
  removeDataFolder,
  runLocal,
  startTributary,
  type TributaryProcess,
} from "#test/support/tributary-process.ts";

const data = newDataFolder();
const fresh = newDataFolder();
afterAll(() => {
  removeDataFolder(data);
  removeDataFolder(fresh);
});

const PEOPLE = 1_500;
/** Of these every third has two addresses, which one profile may no longer hold. */
const WITH_TWO = PEOPLE / 3;
const RULES = "limits: { user_id: 1, email: 1 }\n";
const file = join(data, "tight.yaml");

const eventsFrom = (first: number, count: number): readonly object[] =>
  Array.from({ length: count }, (_, nth) => first + nth).flatMap((person) => {
    const said = (address: string, minute: number) => ({
      type: "identify",
      messageId: `${person}-${address}`,
      userId: `u-${person}`,
      timestamp: `2026-10-01T00:0${minute}:00Z`,
      traits: { email: `${address}${person}@example.org`, plan: address },
      context: { consent: { categoryPreferences: { marketing: address === "a" } } },
    });
    return person % 3 === 0 ? [said("a", 1), said("b", 2)] : [said("a", 1)];
  });

async function send(server: TributaryProcess, from: number, count: number): Promise<void> {
  for (let first = from; first < from + count; first += 100) {
    const batch = eventsFrom(first, Math.min(100, from + count - first));
    expect((await server.send("/v1/batch", { batch })).status).toBe(200);
  }
}

/** Everything that depends on who is who. */
const pictureOf = async (server: TributaryProcess): Promise<unknown> => ({
  identities: await server.rows("SELECT identity_key, profile_id FROM identity_map ORDER BY 1"),
  profiles: await server.rows("SELECT profile_id, identifiers, traits, consent FROM profiles ORDER BY 1"),
  events: await server.rows("SELECT message_id, profile_id FROM events ORDER BY 1"),
});

const isTold = async (server: TributaryProcess): Promise<void> =>
  eventually(async () => expect((await server.api("/api/identity/rules")).body.retelling).toBeNull(), 60_000);

describe("other rules of identity, on one machine", () => {
  beforeAll(async () => {
    writeFileSync(file, RULES);
    const server = await startTributary(data);
    await send(server, 0, PEOPLE);
    await server.rows("SELECT count(*) FROM events");
    await server.stop();
  }, 180_000);

  it("are looked through without a server, in words", { timeout: 180_000 }, async () => {
    writeFileSync(join(data, "wrong.yaml"), "limit: { email: 1 }\n");
    const failed = await runLocal("identity", "rules", "check", join(data, "wrong.yaml")).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("limit: there is no such rule") });
    expect((await runLocal("identity", "rules", "check", file)).stdout).toContain("email: 1");
  });

  it("say beforehand what they would do, and touch nothing", { timeout: 180_000 }, async () => {
    const said = await runLocal("identity", "rules", "dry-run", file, "--data", data, "--json", "--page", "700");
    const { rehearsal, cannotTell } = JSON.parse(said.stdout);
    expect(rehearsal.profiles).toEqual({ before: PEOPLE, after: PEOPLE + WITH_TWO });
    expect(rehearsal.changes.mergesLost.count).toBe(WITH_TWO);
    expect(rehearsal.changes.mergesLost.examples).toHaveLength(20);
    expect(said.stdout).not.toContain("@example.org");
    expect(cannotTell).toEqual([]);
    const words = await runLocal("identity", "rules", "dry-run", file, "--data", data);
    expect(words.stdout).toMatch(/^1500 profiles would be 2000:.*\n\s+500 {2}merges lost/);
    const shown = await runLocal("identity", "rules", "show", "--data", data);
    expect(shown.stdout).toContain("user_id: 1\n");
    expect(shown.stdout).not.toContain("email: 1");
  });

  it("hold at once, through kill -9 and with events coming in, and end as a fresh build", {
    timeout: 300_000,
  }, async () => {
    const server = await startTributary(data);
    const rules = { limits: { user_id: 1, email: 1 } };
    const sending = send(server, PEOPLE, 300).catch(() => {});
    const applied = await server.api("/api/identity/rules", rules, "PUT");
    expect(applied).toMatchObject({ status: 200, body: { rules } });
    await server.kill();
    await sending;
    const again = await startTributary(data);
    await send(again, PEOPLE, 300);
    await isTold(again);

    writeFileSync(join(fresh, "identity.yaml"), RULES);
    const reference = await startTributary(fresh);
    await send(reference, 0, PEOPLE + 300);
    await isTold(reference);
    expect(await pictureOf(again)).toEqual(await pictureOf(reference));
    expect((await again.api("/api/profiles/email:a0@example.org")).body.identifiers).toHaveLength(2);
    expect((await again.api("/api/profiles/email:b0@example.org")).body.identifiers).toHaveLength(1);
    await Promise.all([again.stop(), reference.stop()]);
  });

  it("are undone by the rules before, by command, as if they had never been", { timeout: 180_000 }, async () => {
    writeFileSync(join(data, "usual.yaml"), "{}\n");
    const said = await runLocal("identity", "rules", "apply", join(data, "usual.yaml"), "--data", data);
    expect(said.stdout).toContain("These rules hold now");
    const { stdout } = await runLocal(
      "sql",
      "SELECT count(DISTINCT profile_id), count(*) FROM profiles",
      "--data",
      data,
      "--json",
    );
    expect(JSON.parse(stdout).rows).toEqual([[PEOPLE + 300, PEOPLE + 300]]);
  });

  it("stop a server from starting that would go by others than the owner's", { timeout: 180_000 }, async () => {
    writeFileSync(join(fresh, "identity.yaml"), "limits: { email: many }\n");
    const failed = await runLocal("--port", "0", "--data", fresh).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/identity.yaml: limits.email: a .*number is expected/),
    });
  });
});
