import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BadEvent } from "#core/events/bad-event.ts";
import type { Json } from "#core/kernel/json.ts";
import { collected, RECEIVED, recoveryWorld, shop } from "#test/support/recovery-world.ts";
import type { RecoveryOutcome } from "./outcome.ts";
import type { RecoveryPorts } from "./ports.ts";
import { recoverBadEvents } from "./recover-bad-events.flow.ts";
import { RecoveryRule } from "./rule.ts";

const rules = (...written: readonly object[]) => written.map((one) => RecoveryRule.parse(one));
const NAME_IT = rules({ do: "rename", from: "name", to: "event" });
const NAME_IT_ELSE = rules({ do: "set", path: "event", value: "Something else" });

const nameless = (id: string, more: object = {}): object => ({
  type: "track",
  userId: "u1",
  messageId: id,
  name: "Seen",
  ...more,
});
const badOnes = async (count: number): Promise<readonly BadEvent[]> =>
  (await collected({ batch: Array.from({ length: count }, (_, nth) => nameless(`m${nth}`)) })).badEvents;

const tried = (ports: RecoveryPorts, bad: readonly BadEvent[], by = NAME_IT, dryRun = false) =>
  recoverBadEvents(ports, bad, { rules: by, dryRun });
const kinds = (outcomes: readonly RecoveryOutcome[]): readonly string[] => outcomes.map(({ kind }) => kind);

describe("recovering", () => {
  it("lets an event in as if it had been right at once, beside the row that says so", async () => {
    const said = { sentAt: "2026-11-02T10:05:00Z", context: { library: { name: "x" } } };
    const lost = nameless("m1", { timestamp: "2026-11-02T10:04:00Z" });
    const browser = { source: { ...shop, trust: "browser" as const }, anonymousId: "a1" };
    const request = { sourceIp: "203.0.113.77", userAgent: "Mozilla/5.0", acceptLanguage: "fr-FR" };
    const { badEvents } = await collected({ batch: [lost], ...said }, { ...browser, request } as object);
    const { name: _name, ...right } = lost as { readonly name: string };
    const { events } = await collected({ batch: [{ ...right, event: "Seen" }], ...said }, {
      ...browser,
      request,
    } as object);
    const world = recoveryWorld({ sourceOf: async () => browser.source });
    expect(await tried(world.ports, badEvents)).toEqual([{ kind: "recovered", messageId: "m1" }]);
    const recovery = { times: 1, at: RECEIVED + 86_400_000, as: "m1" };
    expect(world.appended).toEqual([{ events, badEvents: [{ ...badEvents[0], recovery }] }]);
  });

  it("tells in a rehearsal what it would do, and does nothing", async () => {
    const world = recoveryWorld();
    const bad = await badOnes(3);
    const rehearsed = await tried(world.ports, bad, NAME_IT, true);
    expect([world.appended, await world.claims.list()]).toEqual([[], []]);
    expect(await tried(world.ports, bad)).toEqual(rehearsed);
  });

  it("leaves bad what the rules do not mend, with the reasons that are left", async () => {
    const world = recoveryWorld();
    const dropped = rules({ do: "drop", path: "userId" }, ...NAME_IT);
    expect(await tried(world.ports, await badOnes(1), dropped)).toMatchObject([
      { kind: "still_bad", code: "event.no_identity", problems: [{ path: "userId" }] },
    ]);
    expect([world.appended, await world.claims.list()]).toEqual([[], []]);
  });

  it("follows the source as it is now", async () => {
    const sent = await badOnes(1);
    const by = async (source: object | undefined) => {
      const sourceOf = async () => source && { ...shop, ...source };
      const [outcome] = await tried(recoveryWorld({ sourceOf }).ports, sent);
      return outcome;
    };
    expect(await by(undefined)).toMatchObject({ kind: "not_recoverable", why: expect.stringContaining("shop") });
    expect(await by({ enabled: false })).toMatchObject({
      kind: "not_recoverable",
      why: expect.stringContaining("switched off"),
    });
    expect(await by({ allowedTypes: ["page"] })).toMatchObject({ kind: "still_bad", code: "event.type_not_allowed" });
  });

  it("keeps no more of an address than its source keeps now", async () => {
    const site = { ...shop, trust: "browser" as const, ipPolicy: "full" as const };
    const request = { sourceIp: "203.0.113.77", userAgent: "Mozilla/5.0" };
    const { badEvents } = await collected({ batch: [nameless("m1")] }, { source: site, request } as object);
    const ipUnder = async (ipPolicy: "full" | "truncated" | "none") => {
      const world = recoveryWorld({ sourceOf: async () => ({ ...site, ipPolicy }) });
      await tried(world.ports, badEvents);
      return world.appended[0]?.events[0]?.context.ip;
    };
    expect([await ipUnder("full"), await ipUnder("truncated"), await ipUnder("none")]).toEqual([
      "203.0.113.77",
      "203.0.113.0",
      undefined,
    ]);
  });

  it("names an event that has no name of its own after what was sent, whatever the rules make of it", async () => {
    const unnamed = { ...nameless("x"), messageId: undefined, timestamp: "2026-11-02T09:00:00Z" };
    const first = await collected({ batch: [unnamed] });
    const again = await collected({ batch: [0, unnamed] });
    const names = new Set<string | undefined>();
    for (const [bad, by] of [
      [first.badEvents, NAME_IT],
      [first.badEvents, NAME_IT_ELSE],
      [again.badEvents.slice(1), NAME_IT],
    ] as const) {
      const [outcome] = await tried(recoveryWorld().ports, bad, by);
      names.add(outcome?.kind === "recovered" ? outcome.messageId : undefined);
    }
    expect([...names]).toEqual([expect.stringMatching(/^recovered-/)]);
  });

  it("does not let in what its sender sent again by itself", async () => {
    const world = recoveryWorld({ present: async () => new Set([JSON.stringify(["shop", "m0"])]) });
    expect(await tried(world.ports, await badOnes(2))).toEqual([
      { kind: "already_recovered", messageId: "m0" },
      { kind: "recovered", messageId: "m1" },
    ]);
    expect(world.appended[0]?.events.map(({ messageId }) => messageId)).toEqual(["m1"]);
  });
});

/** A world whose process dies at one call of a port: before the call does anything, or after it did all. */
function dying(ports: RecoveryPorts, at: number, after: boolean): RecoveryPorts {
  let calls = 0;
  const die = async <T>(call: () => Promise<T>): Promise<T> => {
    const isLast = calls++ === at;
    if (isLast && !after) throw new Error("died");
    const answered = await call();
    if (isLast) throw new Error("died");
    return answered;
  };
  return {
    ...ports,
    intake: { append: (batch) => die(() => ports.intake.append(batch)) },
    claims: {
      get: (id) => die(() => ports.claims.get(id)),
      put: (id, claim, expected) => die(() => ports.claims.put(id, claim, expected)),
    },
    present: (names, since) => die(() => ports.present(names, since)),
  };
}

describe("each event comes in once", () => {
  const once = (world: ReturnType<typeof recoveryWorld>, count: number): void => {
    const counted = world.counted();
    expect(counted.size).toBe(count);
    for (const contents of counted.values()) expect(contents.size).toBe(1);
    const done = world.appended.flatMap(({ badEvents }) => badEvents.filter(({ recovery }) => recovery !== undefined));
    expect(new Set(done.map(({ id }) => id)).size).toBe(count);
    expect(new Set(done.map((bad) => JSON.stringify(bad))).size).toBe(count);
  };

  it("wherever processes die, whether or not the lake has caught up, whatever rules are tried next", async () => {
    const bad = await badOnes(3);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(14), fc.boolean(), fc.boolean(), fc.boolean()), { maxLength: 6 }),
        async (deaths) => {
          const world = recoveryWorld();
          for (const [at, after, caughtUp, others] of deaths) {
            if (caughtUp) world.catchUp();
            const by = others ? NAME_IT_ELSE : NAME_IT;
            await tried(dying(world.ports, at, after), bad, by).catch(() => undefined);
          }
          for (const { kind } of await tried(world.ports, bad))
            expect(["recovered", "already_recovered"]).toContain(kind);
          once(world, bad.length);
          expect(kinds(await tried(world.ports, bad))).toEqual(bad.map(() => "already_recovered"));
          once(world, bad.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("whoever tries at the same time, by whatever rules, in whatever order their calls are answered", async () => {
    const bad = await badOnes(2);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const world = recoveryWorld();
        const { intake, claims } = world.ports;
        const slow: RecoveryPorts = {
          ...world.ports,
          intake: { append: scheduler.scheduleFunction(intake.append) },
          claims: { get: scheduler.scheduleFunction(claims.get), put: scheduler.scheduleFunction(claims.put) },
        };
        const all = Promise.all([tried(slow, bad), tried(slow, bad, NAME_IT_ELSE), tried(slow, bad.toReversed())]);
        const outcomes = await scheduler.waitFor(all);
        for (const { kind } of outcomes.flat()) expect(["recovered", "already_recovered"]).toContain(kind);
        once(world, bad.length);
      }),
      { numRuns: 100 },
    );
  });

  it("does not bind anybody to rules that let nothing in any more", async () => {
    const bad = await badOnes(1);
    const world = recoveryWorld();
    await tried(dying(world.ports, 3, false), bad).catch(() => undefined);
    expect((await world.claims.list()).map(({ definition }) => definition.state)).toEqual(["begun"]);
    const pages = { ...world.ports, sourceOf: async () => ({ ...shop, allowedTypes: ["page" as const] }) };
    expect(kinds(await tried(pages, bad))).toEqual(["still_bad"]);
    const asPage = rules({ do: "set", path: "type", value: "page" });
    expect(kinds(await tried(pages, bad, asPage))).toEqual(["recovered"]);
    expect(world.appended.flatMap(({ events }) => events.map(({ type }) => type))).toEqual(["page"]);
  });

  it("leaves the good events of the same batch alone", async () => {
    const good = { ...nameless("good"), event: "Seen" };
    const { badEvents } = await collected({ batch: [good, nameless("m0"), good] });
    const world = recoveryWorld();
    await tried(world.ports, badEvents);
    expect(world.appended.flatMap(({ events }) => events.map(({ messageId }) => messageId))).toEqual(["m0"]);
  });

  it("takes many at once, in stretches", async () => {
    const bad = await badOnes(120);
    const world = recoveryWorld();
    expect(new Set(kinds(await tried(world.ports, bad)))).toEqual(new Set(["recovered"]));
    expect(world.appended.length).toBe(5);
    once(world, 120);
  });
});

it("never throws, whatever is kept and whatever the rules", async () => {
  const payload = fc.oneof(fc.json(), fc.string(), fc.constant(`${"[".repeat(5_000)}${"]".repeat(5_000)}`));
  const rule = fc.constantFrom<RecoveryRule>(
    ...rules(
      { do: "drop", path: "context" },
      { do: "set", path: "a.b", value: [{}] },
      { do: "rename", from: "a", to: "__proto__.b" },
      { do: "cast", path: "*", to: "time" },
    ),
  );
  const [sample] = await badOnes(1);
  await fc.assert(
    fc.asyncProperty(payload, fc.array(rule), fc.boolean(), async (text, by, whole) => {
      const bad = { ...(sample as BadEvent), payload: text, around: whole ? { whole } : {} };
      const [outcome] = await tried(recoveryWorld().ports, [bad], by);
      expect(JSON.parse(JSON.stringify(outcome)) as Json).toEqual(outcome);
    }),
    { numRuns: 500 },
  );
});
