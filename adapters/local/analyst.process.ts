import { writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { LakeQueryError, LakeQueryTimeout, LakeQueryTooLarge } from "#core/kernel/ports.ts";
import type { AnalystSettings, FromAnalyst, RefusalKind, ToAnalyst } from "./analyst-messages.ts";
import type { WatchSettings } from "./analyst-watch.worker.ts";
import { AnswerRelay } from "./answer-relay.ts";
import { type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";
import { removeDeadSpills, spillFolderOf, spillLimitIn } from "./spill-folder.ts";

/** Heap of the watch in MB: it holds a number. */
const HEAP = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };

await serve(JSON.parse(process.argv[2] ?? "") as AnalystSettings);

/** Answers analysts until its parent ends it, or is gone. */
async function serve(settings: AnalystSettings): Promise<void> {
  // With whoever is told to stop at a terminal, it is the parent's to say when this is over.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
  process.on("disconnect", () => process.exit(0));
  const busy = startWatch(settings);
  offerToKernel();
  busy(1);
  try {
    const lake = await open(settings);
    listen(lake, busy);
    say({ kind: "ready" });
  } catch (error) {
    say({ kind: "unable", message: (error as Error).message });
  } finally {
    busy(-1);
  }
}

async function open({ lakeDir, query }: AnalystSettings): Promise<LocalLakeQuery> {
  await mkdir(lakeDir, { recursive: true });
  await removeDeadSpills(lakeDir);
  const spill = { spillFolder: spillFolderOf(process.pid), spillLimit: await spillLimitIn(lakeDir) };
  const [lake] = await Promise.all([
    openLakeQuery(lakeDir, { ...spill, ...query }),
    // The first question would wait for it.
    import("@polyglot-sql/sdk"),
  ]);
  return lake;
}

function listen(lake: LocalLakeQuery, busy: (change: number) => void): void {
  const relays = new Map<number, AnswerRelay>();
  const answer = async ({ id, sql, page, timeMs }: ToAnalyst & { kind: "ask" }): Promise<void> => {
    const relay = new AnswerRelay(id, say);
    relays.set(id, relay);
    busy(1);
    const told = await answerOf(lake, relay, { sql, page, timeMs });
    busy(-1);
    relays.delete(id);
    say({ ...told, id, residentBytes: process.memoryUsage.rss(), damaged: lake.damaged() });
  };
  process.on("message", (asked: ToAnalyst) => {
    if (asked.kind === "ask") void answer(asked);
    else relays.get(asked.id)?.taken(asked.isKept);
  });
}

type Told = Pick<Extract<FromAnalyst, { kind: "answered" }>, "kind" | "columns" | "rows" | "truncated">;
type Refused = Pick<Extract<FromAnalyst, { kind: "refused" }>, "kind" | "why" | "message">;
type Asked = Omit<ToAnalyst & { kind: "ask" }, "kind" | "id">;

async function answerOf(lake: LocalLakeQuery, relay: AnswerRelay, { sql, ...limits }: Asked): Promise<Told | Refused> {
  try {
    const { columns, rows, truncated = relay.isTruncated } = await lake.analystKeeping(relay).query(sql, limits);
    return { kind: "answered", columns, rows: Buffer.from(JSON.stringify(rows)), truncated };
  } catch (error) {
    return { kind: "refused", why: whyOf(error), message: (error as Error).message };
  }
}

function whyOf(error: unknown): RefusalKind {
  if (error instanceof LakeQueryTimeout) return "late";
  if (error instanceof LakeQueryTooLarge) return "large";
  return error instanceof LakeQueryError ? "refused" : "fault";
}

function say(told: FromAnalyst): void {
  // A parent that is gone hears nothing: `disconnect` follows.
  process.send?.(told, undefined, undefined, () => {});
}

/** A thread that ends this process by its memory and with its parent; it is told how many questions are in work. */
function startWatch({ residentBytes, parentPid }: AnalystSettings): (change: number) => void {
  const busy = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const count = new Int32Array(busy);
  const workerData: WatchSettings = { busy, residentBytes, parentPid };
  const watch = new Worker(new URL("./analyst-watch.worker.ts", import.meta.url), { workerData, resourceLimits: HEAP });
  // Without the watch nothing holds a statement: better none is answered.
  watch.once("error", (error) => {
    throw error;
  });
  return (change) => {
    Atomics.add(count, 0, change);
    Atomics.notify(count, 0);
  };
}

/** Where the machine itself runs out of memory, Linux ends this process rather than the one that takes events in. */
function offerToKernel(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch (error) {
    // Where the system does not let it, everything else holds as well.
    process.emitWarning(`oom_score_adj could not be set: ${(error as Error).message}`);
  }
}
