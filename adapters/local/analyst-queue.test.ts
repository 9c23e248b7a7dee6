import { describe, expect, it } from "vitest";
import { LakeQueryError, LakeQueryTimeout, LakeQueryTooLarge, type QueryPage } from "#core/kernel/ports.ts";
import type { AnalystChild, ChildEars, ChildEnd } from "./analyst-child.ts";
import type { FromAnalyst, ToAnalyst } from "./analyst-messages.ts";
import { AnalystQueue, type QueueLimits } from "./analyst-queue.ts";
import { wholeIntake } from "./answer-intake.ts";

const HOURS = 10_000_000;
const LIMITS: QueueLimits = { atOnce: 2, idleMs: HOURS, graceMs: HOURS, keptBytes: 1_000 };

/** A process that a test speaks for. */
interface Played {
  readonly asked: string[];
  readonly said: ToAnalyst[];
  isKilled: boolean;
  tell(told: FromAnalyst): void;
  answer(sql: string, residentBytes?: number): void;
  die(kind?: ChildEnd["kind"]): void;
}

function stage(limits: Partial<QueueLimits> = {}) {
  const processes: Played[] = [];
  const queue = new AnalystQueue(
    (ears) => {
      const { child, played } = play(ears);
      processes.push(played);
      return child;
    },
    { ...LIMITS, ...limits },
  );
  const ask = (sql: string, timeMs = HOURS, intake = wholeIntake): Promise<unknown> =>
    queue
      .ask({ sql, timeMs, page: { rows: 10, characters: 10 }, intake })
      .then(({ rows }: QueryPage) => rows[0]?.[0])
      .catch((error: unknown) => error);
  return { queue, processes, ask, nth: (at: number): Played => processes[at] as Played };
}

function play(ears: ChildEars): { readonly child: AnalystChild; readonly played: Played } {
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  const ids = new Map<string, number>();
  const end = (kind: ChildEnd["kind"], how: string): void => {
    ears.ended({ kind, how });
    resolve();
  };
  const played: Played = {
    asked: [],
    said: [],
    isKilled: false,
    tell: ears.heard,
    answer: (sql, residentBytes = 0) =>
      ears.heard({ ...answered(sql), id: ids.get(sql) ?? 0, residentBytes, damaged: [] }),
    die: (kind = "unknown") => end(kind, "SIGKILL"),
  };
  const child: AnalystChild = {
    gone,
    say: (told) => {
      played.said.push(told);
      if (told.kind !== "ask") return;
      ids.set(told.sql, told.id);
      played.asked.push(told.sql);
    },
    kill: () => {
      played.isKilled = true;
      end("unknown", "SIGKILL");
    },
  };
  return { child, played };
}

/** Everything that waits for nothing but its turn has happened. */
const turns = (): Promise<void> => new Promise((done) => setImmediate(done));
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const answered = (sql: string) =>
  ({ kind: "answered", columns: [{ name: "x", type: "varchar" }], rows: bytes([[sql]]), truncated: false }) as const;

describe("questions", () => {
  it("start a process, wait until it is ready, and are asked two at a time in their order", async () => {
    const { processes, ask, nth } = stage();
    expect(processes).toEqual([]);
    const answers = ["a", "b", "c"].map((sql) => ask(sql));
    expect(nth(0).asked).toEqual([]);
    nth(0).tell({ kind: "ready" });
    expect(nth(0).asked).toEqual(["a", "b"]);
    nth(0).answer("b");
    expect(nth(0).asked).toEqual(["a", "b", "c"]);
    nth(0).answer("c");
    nth(0).answer("a");
    expect(await Promise.all(answers)).toEqual(["a", "b", "c"]);
    expect(processes).toHaveLength(1);
  });

  it("of whom one takes too much memory in a process that was asked nothing else are told so", async () => {
    const { ask, nth, processes } = stage();
    const hungry = ask("hungry");
    nth(0).tell({ kind: "ready" });
    nth(0).die("large");
    expect(await hungry).toBeInstanceOf(LakeQueryTooLarge);
    expect(processes).toHaveLength(1);
  });

  it("are asked again, each alone, where one of them took too much memory: only that one is told so", async () => {
    const { ask, nth } = stage();
    const [hungry, modest, later] = [ask("hungry"), ask("modest"), ask("later")];
    nth(0).tell({ kind: "ready" });
    nth(0).die("large");
    nth(1).tell({ kind: "ready" });
    expect(nth(1).asked).toEqual(["hungry"]);
    nth(1).die("large");
    expect(await hungry).toBeInstanceOf(LakeQueryTooLarge);
    nth(2).tell({ kind: "ready" });
    expect(nth(2).asked).toEqual(["modest"]);
    nth(2).answer("modest");
    nth(2).answer("later");
    expect(await Promise.all([modest, later])).toEqual(["modest", "later"]);
  });

  it("are not blamed for what another one left in the process", async () => {
    const { ask, nth } = stage();
    const [first, second] = [ask("first"), ask("second")];
    nth(0).tell({ kind: "ready" });
    nth(0).answer("first");
    nth(0).die("large");
    nth(1).tell({ kind: "ready" });
    nth(1).answer("second");
    expect(await Promise.all([first, second])).toEqual(["first", "second"]);
  });

  it("are asked once more where the process dies of an unknown cause, and told that they are it the second time", async () => {
    const { ask, nth } = stage();
    const question = ask("a");
    nth(0).tell({ kind: "ready" });
    nth(0).die();
    nth(1).tell({ kind: "ready" });
    nth(1).die();
    const error = await question;
    expect(error).toBeInstanceOf(LakeQueryError);
    expect((error as Error).message).toContain("gave way twice over this statement");
  });

  it("of whom one cannot be interrupted are asked again without it, in another process", async () => {
    const { ask, nth, processes } = stage({ graceMs: 0 });
    const [deaf, other] = [ask("deaf", 0), ask("other")];
    nth(0).tell({ kind: "ready" });
    expect(nth(0).asked).toEqual(["deaf", "other"]);
    expect(await deaf).toBeInstanceOf(LakeQueryTimeout);
    expect(nth(0).isKilled).toBe(true);
    nth(1).tell({ kind: "ready" });
    nth(1).answer("other");
    expect(await other).toBe("other");
    expect(processes).toHaveLength(2);
  });

  it("are told as the world's fault where no process starts, and the next one tries again", async () => {
    const { ask, nth, processes } = stage();
    const question = ask("a");
    for (const at of [0, 1, 2]) nth(at).die();
    expect(await question).toMatchObject({ message: expect.stringContaining("cannot start: SIGKILL") });
    expect(await question).not.toBeInstanceOf(LakeQueryError);
    expect(processes).toHaveLength(3);
    const another = ask("b");
    nth(3).tell({ kind: "unable", message: "the lake's folder may not have * in its path" });
    expect(await another).toMatchObject({ message: expect.stringContaining("may not have *") });
  });

  it("are told what the engine said, by its kind", async () => {
    const { ask, nth } = stage();
    const told: unknown[] = [];
    for (const why of ["refused", "late", "large", "fault"] as const) {
      const question = ask(why);
      nth(0).tell({ kind: "ready" });
      const id = (nth(0).said.at(-1) as { readonly id: number }).id;
      nth(0).tell({ kind: "refused", why, message: `it was ${why}`, id, residentBytes: 0, damaged: [] });
      const error = await question;
      expect(error).toMatchObject({ message: `it was ${why}` });
      told.push((error as Error).constructor);
    }
    expect(told).toEqual([LakeQueryError, LakeQueryTimeout, LakeQueryTooLarge, Error]);
  });
});

describe("the process", () => {
  it("is ended when nobody asked for a while, and started anew", async () => {
    const { ask, nth, processes } = stage({ idleMs: 0 });
    const first = ask("a");
    nth(0).tell({ kind: "ready" });
    nth(0).answer("a");
    await first;
    while (!nth(0).isKilled) await new Promise((done) => setTimeout(done));
    const second = ask("b");
    nth(1).tell({ kind: "ready" });
    nth(1).answer("b");
    expect(await second).toBe("b");
    expect(processes).toHaveLength(2);
  });

  it("is not kept where much of its memory is still taken, once nobody waits for it", async () => {
    const { ask, nth } = stage();
    const [first, second] = [ask("a"), ask("b")];
    nth(0).tell({ kind: "ready" });
    nth(0).answer("a", 2_000);
    expect(nth(0).isKilled).toBe(false);
    nth(0).answer("b", 2_000);
    expect(nth(0).isKilled).toBe(true);
    expect(await Promise.all([first, second])).toEqual(["a", "b"]);
  });

  it("sends pages, each when the one before is kept, and is heard of no more once it is dead", async () => {
    const { ask, nth } = stage();
    const question = ask("a");
    nth(0).tell({ kind: "ready" });
    nth(0).tell({ kind: "page", id: 1, rows: bytes([["second"]]) });
    await turns();
    expect(nth(0).said.at(-1)).toEqual({ kind: "taken", id: 1, isKept: true });
    nth(0).die();
    nth(0).answer("a");
    nth(1).tell({ kind: "ready" });
    nth(1).answer("a");
    expect(await question).toBe("a");
  });

  it("sends no more of an answer that cannot be kept, and why is told", async () => {
    const { ask, nth } = stage();
    const full = { ...wholeIntake(), add: () => Promise.reject(new Error("no space left on the disk")) };
    const question = ask("a", HOURS, () => full);
    nth(0).tell({ kind: "ready" });
    nth(0).tell({ kind: "page", id: 1, rows: bytes([["second"]]) });
    await turns();
    expect(nth(0).said.at(-1)).toEqual({ kind: "taken", id: 1, isKept: false });
    const told = { kind: "refused", why: "fault", message: "not kept", id: 1, residentBytes: 0, damaged: [] } as const;
    nth(0).tell(told);
    expect(await question).toMatchObject({ message: "no space left on the disk" });
  });

  it("is gone once the queue is closed, and whoever waits is told", async () => {
    const { ask, nth, queue } = stage();
    const [running, waiting] = [ask("a"), ask("b")];
    nth(0).tell({ kind: "ready" });
    await queue.close();
    expect(nth(0).isKilled).toBe(true);
    for (const error of await Promise.all([running, waiting, ask("late")])) {
      expect(error).toMatchObject({ message: expect.stringContaining("was closed") });
    }
  });
});
