import { isDeepStrictEqual } from "node:util";
import type { Answered, CollectWorld, Request } from "#test/support/collect-world.ts";
import { KEYS } from "./mutations.ts";

const ANSWERS: ReadonlySet<number> = new Set([200, 204, 400, 401, 403, 404, 405, 413, 429]);
/** The sources that name the sites that may read their answers, or that take nothing in. */
const PARTICULAR = /^(?:named|wide|locked|closed|nobody)-key$/;
const COMMON_KEYS: ReadonlySet<unknown> = new Set(
  KEYS.filter((key) => /^[a-z]+-key$/.test(key) && !PARTICULAR.test(key)),
);

/**
 * Asks the collector and tells which promises the answer breaks, whatever was asked: none of it is our fault, every
 * error has a code and words, scripts may read it, and what is refused of a known sender is kept.
 */
export async function brokenPromises(world: CollectWorld, request: Request): Promise<readonly string[]> {
  const before = world.log.length;
  const answer = await world.ask(request);
  const log = world.log.slice(before);
  const { badEvents } = world.taken();
  const { status, body } = answer;
  const asked = log.filter(([port]) => port === "sources.byWriteKey").map(([, key]) => key);
  const isCommon = asked.length > 0 && asked.every((key) => COMMON_KEYS.has(key));
  const mustKeep = isCommon && [400, 413].includes(status) && body?.code !== "body.empty";
  const promises: readonly (readonly [promise: string, kept: boolean])[] = [
    ["no fault", log.every(([port]) => port !== "onFault")],
    [`no status ${status}`, ANSWERS.has(status)],
    ["an error has a code and a message", status < 400 || (isText(body?.code) && isText(body?.message))],
    ["a limit says how long to wait", status !== 429 || /^[1-9]\d{0,4}$/.test(String(answer.headers["retry-after"]))],
    ["headers are plain text", headersArePlain(answer)],
    ["any site may read it", !isCommon || answer.headers["access-control-allow-origin"] !== undefined],
    ["browsers see how long to wait", status === 204 || "access-control-expose-headers" in answer.headers],
    ["what is refused is kept", !mustKeep || badEvents.length > 0],
    ["what is kept says why", badEvents.every(({ problems }) => problems.length > 0)],
    ["what is kept is Unicode", badEvents.every(({ payload }) => payload.isWellFormed())],
  ];
  return promises.flatMap(([promise, kept]) => (kept ? [] : [promise]));
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

const headersArePlain = ({ headers, cookies }: Answered): boolean =>
  [...Object.values(headers), ...cookies].every((value) => /^[\t\x20-\x7e]*$/.test(String(value)));

/** Sends a good event among others, and tells whether it came in alone with what else was good. */
export async function lostNeighbours(
  world: CollectWorld,
  others: readonly unknown[],
  at: number,
): Promise<readonly string[]> {
  const good = { type: "track", event: "Good", userId: "u1", messageId: "good" };
  const batch = others.toSpliced(Math.min(at, others.length), 0, good);
  const before = world.log.length;
  const { status, body } = await world.ask({ body: { batch } });
  const { events, badEvents } = world.taken();
  const refused = badEvents.map(({ position, code }) => ({ position, code }));
  const promises: readonly (readonly [promise: string, kept: boolean])[] = [
    ["200", status === 200],
    ["no fault", world.log.slice(before).every(([port]) => port !== "onFault")],
    [
      "the neighbour is in, once",
      events.filter(({ messageId, name }) => messageId === "good" && name === "Good").length === 1,
    ],
    ["each is an event or a bad event", events.length + badEvents.length === batch.length],
    ["the sender is told which were refused", isDeepStrictEqual(body.refused ?? [], refused)],
    ["the refused stand as they were", badEvents.every((bad) => bad.payload === JSON.stringify(batch[bad.position]))],
  ];
  return promises.flatMap(([promise, kept]) => (kept ? [] : [promise]));
}
