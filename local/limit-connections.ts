import type { Server } from "node:http";
import type { Socket } from "node:net";

/** So many places before the last one, those who only sit there begin to make way for those who come. */
const SPARE = 16;

/**
 * Takes so many connections and no more. Shortly before they are used up, whoever comes takes the place of the one that
 * has been there the longest without asking for anything, or else of those that are done asking: so that many who hold
 * the line silently keep nobody out.
 */
export function limitConnections(server: Server, most: number): void {
  let open = 0;
  /** Those that have not asked yet, oldest first. */
  const silent = new Set<Socket>();
  server.maxConnections = most;
  server.on("request", ({ socket }: { readonly socket: Socket }) => silent.delete(socket));
  server.on("connection", (socket: Socket) => {
    open++;
    socket.once("close", () => {
      open--;
      silent.delete(socket);
    });
    const [eldest] = silent;
    silent.add(socket);
    if (open <= most - SPARE) return;
    if (eldest === undefined) server.closeIdleConnections();
    else eldest.destroy();
  });
}
