import { openConnection } from "./connection.ts";
import type { PreparedRequest } from "./prepared-request.ts";

/** How fast requests were answered. */
export interface Pace {
  readonly requests: number;
  readonly events: number;
  readonly seconds: number;
}

/**
 * Sends each request once over so many connections, each of which sends its next when it has its answer. Takes no new
 * ones up after `patienceMs`. Throws where one is answered by anything but 200: a refusal is no throughput.
 */
export async function closedLoop(
  url: string,
  requests: readonly PreparedRequest[],
  connections: number,
  patienceMs = 30_000,
): Promise<Pace> {
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(url)));
  let taken = 0;
  let events = 0;
  const began = performance.now();
  try {
    await Promise.all(
      open.map(async (connection) => {
        while (performance.now() - began < patienceMs) {
          const request = requests[taken];
          if (request === undefined) return;
          taken++;
          const status = await connection.send(request.bytes);
          if (status !== 200) throw new Error(`a request was answered ${status}`);
          events += request.events;
        }
      }),
    );
    return { requests: taken, events, seconds: (performance.now() - began) / 1_000 };
  } finally {
    for (const connection of open) connection.close();
  }
}
