import fc from "fast-check";
import { startHttpServer } from "#local/http-server.ts";
import { basic, type CollectWorld, collectWorld } from "#test/support/collect-world.ts";
import { badAnswers, conversation } from "./bad-connections.ts";
import { brokenPromises, lostNeighbours } from "./broken-promises.ts";
import { anythingInABatch, madeUpRequest } from "./made-up-requests.ts";

export interface Fuzzing {
  readonly requests: number;
  readonly seed: number;
  /** Hears how many requests were asked so far. */
  readonly onProgress?: (asked: number) => void;
}

/** What a run found: nothing, or the smallest request that breaks a promise, in words. */
export interface Fuzzed {
  readonly asked: number;
  readonly found?: string;
}

/** Of so many requests one is a whole batch of anything, and one a conversation over a bad connection. */
const BATCHES = 5;
const CONVERSATIONS = 20;
/** Asked of one collector, or of one server, before the next. */
const STRETCH = 500;

/**
 * Asks the collector so many made-up requests: most of the handler, some over connections of every kind. Stops at the
 * first that breaks a promise, and shrinks it.
 */
export async function fuzz({ requests, seed, onProgress = () => {} }: Fuzzing): Promise<Fuzzed> {
  const world = collectWorld();
  const server = await startHttpServer(world.door, 0);
  try {
    for (let asked = 0, nth = 0; asked < requests; nth++) {
      const count = Math.min(STRETCH, requests - asked);
      const found =
        (await requestsAnswered(Math.ceil(count * (1 - 1 / BATCHES - 1 / CONVERSATIONS)), seed + nth)) ??
        (await neighboursKept(Math.ceil(count / BATCHES), seed + nth)) ??
        (await connectionsEndured(server.url, world, Math.ceil(count / CONVERSATIONS), seed + nth));
      asked += count;
      if (found !== undefined) return { asked, found };
      onProgress(asked);
    }
  } finally {
    await server.close();
  }
  return { asked: requests };
}

/** Runs a property, and answers what broke it, shrunk. */
async function check<T>(
  arbitrary: fc.Arbitrary<T>,
  wrongWith: (made: T) => Promise<readonly string[]>,
  parameters: { readonly numRuns: number; readonly seed: number },
): Promise<string | undefined> {
  const property = fc.asyncProperty(arbitrary, async (made) => {
    const wrong = await wrongWith(made);
    if (wrong.length > 0) throw new Error(wrong.join("; "));
  });
  const run = await fc.check(property, { ...parameters, endOnFailure: false });
  if (!run.failed) return undefined;
  const smallest = fc.stringify(run.counterexample).slice(0, MOST_SHOWN);
  return `${String(run.errorInstance)}\nafter ${run.numShrinks} shrinks, with seed ${run.seed} and path ${run.counterexamplePath}:\n${smallest}`;
}

/** Characters of a request that are worth a look. */
const MOST_SHOWN = 4_000;

function requestsAnswered(numRuns: number, seed: number): Promise<string | undefined> {
  const world = collectWorld();
  return check(
    madeUpRequest,
    async (request) => {
      world.forget();
      return [...(await brokenPromises(world, request)), ...(await stillWell(world))];
    },
    { numRuns, seed },
  );
}

/** After whatever was asked, a plain event comes in. */
async function stillWell(world: CollectWorld): Promise<readonly string[]> {
  const plain = { type: "track", event: "Seen", userId: "u1", messageId: "plain" };
  const { status } = await world.ask({ path: "/v1/track", body: plain });
  const { events } = world.taken();
  const isIn = status === 200 && events.length === 1 && events[0]?.name === "Seen" && events[0].messageId === "plain";
  return isIn ? [] : ["a plain event does not come in any more"];
}

function neighboursKept(numRuns: number, seed: number): Promise<string | undefined> {
  const world = collectWorld();
  const batch = fc.tuple(fc.array(anythingInABatch, { maxLength: 6 }), fc.nat(6));
  return check(batch, ([others, at]) => lostNeighbours(world, others, at), { numRuns, seed });
}

function connectionsEndured(
  url: string,
  world: CollectWorld,
  numRuns: number,
  seed: number,
): Promise<string | undefined> {
  const several = fc.array(conversation, { minLength: CONVERSATIONS_AT_ONCE, maxLength: CONVERSATIONS_AT_ONCE });
  return check(
    several,
    async (conversations) => {
      const wrong = await Promise.all(conversations.map((each) => badAnswers(Number(new URL(url).port), each)));
      const faults = world.log.flatMap(([asked, error]) => (asked === "onFault" ? [`a fault: ${String(error)}`] : []));
      world.forget();
      return [...wrong.flat(), ...faults, ...(await stillServes(url))];
    },
    { numRuns: Math.ceil(numRuns / CONVERSATIONS_AT_ONCE), seed },
  );
}

const CONVERSATIONS_AT_ONCE = 5;

async function stillServes(url: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/v1/track`, {
    method: "POST",
    headers: { authorization: basic("shop-key:"), "content-type": "application/json" },
    body: JSON.stringify({ type: "track", event: "Seen", userId: "u1" }),
  });
  const text = await response.text();
  return response.status === 200 && text === '{"success":true}'
    ? []
    : [`a plain request is answered ${response.status}`];
}
