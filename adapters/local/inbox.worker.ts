import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { entryWriter, openInboxFile } from "./inbox-writer.ts";

/** What the thread that answers asks of the one that writes; batches are numbered, and answered in their order. */
export type WritingRequest =
  | { readonly kind: "write"; readonly id: number; readonly texts: readonly string[] }
  | { readonly kind: "close" };
/** Every batch that was asked for and not yet answered, up to this one, is on disk; or none of those is. */
export interface WritingReply {
  readonly upTo: number;
  readonly failure?: { readonly error: unknown };
}

if (parentPort === null) throw new Error("this module is the writing thread; start it as a worker");
serve(parentPort, (workerData as { readonly path: string }).path);

function serve(port: MessagePort, path: string): void {
  const database = openInboxFile(path);
  const write = entryWriter(database);
  const reply = (told: WritingReply): void => port.postMessage(told);
  port.on("message", (first: WritingRequest) => {
    const requests = requestsWith(first, port);
    const batches = requests.filter((request) => request.kind === "write");
    const upTo = batches.at(-1)?.id ?? 0;
    try {
      if (batches.length > 0) write(batches.flatMap(({ texts }) => texts));
      reply({ upTo });
    } catch (error) {
      reply({ upTo, failure: { error } });
    }
    if (batches.length === requests.length) return;
    database.close();
    port.close();
  });
}

/** What was asked for while the last commit was waiting for the disk is one commit together. */
function requestsWith(first: WritingRequest, port: MessagePort): readonly WritingRequest[] {
  const requests = [first];
  for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port)) {
    requests.push(more.message as WritingRequest);
  }
  return requests;
}
