import { once } from "node:events";
import { connect } from "node:net";

/** A kept-alive connection that has one request under way at a time. */
export interface Connection {
  /** Sends a request's bytes and answers the status once the whole answer is in. Rejects where the line is cut. */
  send(request: Buffer): Promise<number>;
  close(): void;
}

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Speaks just enough HTTP for a load generator. It shares the machine's cores with what it measures, and `node:http`'s
 * client costs about as much for each request as the server does.
 */
export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, "connect");
  let held: Buffer = NOTHING;
  let waiting: PromiseWithResolvers<number> | undefined;
  const cut = (): void => {
    waiting?.reject(new Error("the connection was cut before the answer was in"));
    waiting = undefined;
  };
  socket.on("data", (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const answer = answerIn(held);
    if (answer === undefined) return;
    held = held.subarray(answer.length);
    const { resolve } = waiting ?? {};
    waiting = undefined;
    resolve?.(answer.status);
  });
  socket.on("error", cut);
  socket.on("close", cut);
  return {
    send: (request) => {
      if (waiting !== undefined) throw new Error("one request at a time");
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

/** The first answer in the bytes, if it is whole. Every answer here says its length. */
function answerIn(bytes: Buffer): { readonly status: number; readonly length: number } | undefined {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const head = bytes.toString("latin1", 0, end);
  const stated = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (stated === undefined) throw new Error(`an answer without a length: ${head}`);
  const length = end + 4 + Number(stated);
  return bytes.length < length ? undefined : { status: Number(head.slice(9, 12)), length };
}
