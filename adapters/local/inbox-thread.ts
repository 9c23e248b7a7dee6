import { Worker } from "node:worker_threads";
import { type Inbox, openInbox } from "./inbox.ts";
import type { WritingReply, WritingRequest } from "./inbox.worker.ts";
import { inboxAppender, type WriteTexts } from "./inbox-appender.ts";

/** An inbox of which a thread of its own does the writing. */
export interface InboxThread extends Omit<Inbox, "close"> {
  /** Resolves once everything appended is on disk, or was said to have failed. */
  close(): Promise<void>;
}

const PROGRAM = new URL("./inbox.worker.ts", import.meta.url);
/** Heap of the thread in MB: it holds what is on its way to the disk. */
const HEAP = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256 };

/**
 * The inbox for whoever answers many at once: a commit waits for the disk in another thread, and what comes meanwhile is
 * read, checked and answered here. If that thread ends by itself what it had is refused, and senders repeat it; what
 * comes later is written here, slower and as durably.
 */
export function openInboxThread(
  path: string,
  onAppended: () => void,
  onDeath: (error: unknown) => void,
  program = PROGRAM,
): InboxThread {
  const here = openInbox(path, onAppended);
  const writing = startWriting(new Worker(program, { workerData: { path }, resourceLimits: HEAP }), onDeath);
  const there = inboxAppender(writing.write, onAppended);
  const open = () => (writing.isAlive() ? there : here);
  return {
    ...here,
    intake: { append: (batch) => open().intake.append(batch) },
    assertions: { append: (assertions) => open().assertions.append(assertions) },
    lake: { append: (table, rows) => open().lake.append(table, rows) },
    close: async () => {
      there.flush();
      await writing.close();
      here.close();
    },
  };
}

const ended = () => ({ error: new Error("the thread that writes the inbox has ended") });

interface Writing {
  readonly write: WriteTexts;
  isAlive(): boolean;
  close(): Promise<void>;
}

function startWriting(worker: Worker, onDeath: (error: unknown) => void): Writing {
  const asked: { readonly id: number; readonly done: Parameters<WriteTexts>[1] }[] = [];
  let nextId = 1;
  let isAlive = true;
  const post = (request: WritingRequest): void => worker.postMessage(request);
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  worker.on("message", ({ upTo, failure }: WritingReply) => {
    while (asked[0] !== undefined && asked[0].id <= upTo) asked.shift()?.done(failure);
  });
  worker.on("error", onDeath);
  worker.on("exit", () => {
    isAlive = false;
    for (const { done } of asked.splice(0)) done(ended());
  });
  // Sockets keep a server alive; nothing that waits here is without one.
  worker.unref();
  return {
    write: (texts, done) => {
      if (!isAlive) return done(ended());
      const id = nextId++;
      asked.push({ id, done });
      post({ kind: "write", id, texts });
    },
    isAlive: () => isAlive,
    close: async () => {
      worker.ref();
      post({ kind: "close" });
      await exited;
    },
  };
}
