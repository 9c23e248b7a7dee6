import type { IncomingMessage } from "node:http";
import type { LetGo, Visit } from "./visit.ts";

/** A body, or why there is none. */
export type Received = { readonly kind: "body"; readonly body: Buffer } | { readonly kind: LetGo | "too_large" };

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * The body of a request, for as long as there is room for it. One that is larger than any may be is read to its end and
 * thrown away; one that there is no room for is not waited for. Rejects where the sender went away.
 */
export function receiveBody(request: IncomingMessage, visit: Visit, maxBytes: number): Promise<Received> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    const end = (received: Received): void => {
      chunks = [];
      // Whatever else comes is read, so that the answer is too, and forgotten.
      request.removeAllListeners("data").resume();
      resolve(received);
    };
    visit.onLetGo = (kind) => end({ kind });
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        if (chunks.length > 0) visit.drop();
        chunks = [];
        visit.passes(chunk.length);
      } else if (visit.holds(chunk.length)) chunks.push(chunk);
      else end({ kind: "overloaded" });
    });
    request.on("end", () => {
      visit.received();
      if (size > maxBytes) resolve({ kind: "too_large" });
      else resolve({ kind: "body", body: chunks.length > 1 ? Buffer.concat(chunks) : (chunks[0] ?? NOTHING) });
    });
    request.on("error", reject);
    request.on("aborted", () => reject(new Error("the request was cut off")));
  });
}
