import { join } from "node:path";
import { memoryMembershipStore } from "#adapters/memory/membership-store.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { eventFrom } from "#bench/aws-workload.ts";
import type { BenchContext, Benchmark } from "#bench/benchmark.ts";
import { measureOf, quantile, rounds } from "#bench/measure.ts";
import { tokenIn } from "#bench/subjects/api-requests.ts";
import { startServer } from "#bench/subjects/tributary.ts";
import { events } from "#bench/traffic.ts";
import type { Event } from "#core/events/event.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import type { Condition } from "#core/segments/condition.ts";
import { reactToChanges } from "#core/segments/realtime/react.flow.ts";
import { type SegmentSet, segmentSet } from "#core/segments/realtime/segment-set.ts";

const SEGMENTS = 200;
/** An event costs at most 50 µs. */
const TARGET = { atLeast: 20_000 };
const NAMES = ["Product Viewed", "Product List Viewed", "Product Added", "Order Completed"] as const;

/** What 200 active segments cost where every event is looked at by itself, and how soon somebody is in one. */
export const realtime: Benchmark = async (context) => {
  const count = context.quick ? 10_000 : 60_000;
  const receivedAt = Date.UTC(2026, 9, 1);
  const all = events(1, count).map((sent) => eventFrom(sent, "server", { receivedAt }));
  const half = performance.now() + (context.until - performance.now()) / 2;
  const runs = await rounds({ ...context, until: half }, 5, () => reacted(all, 1));
  const together = await reacted(all, 2_000);
  const [first] = runs;
  if (first === undefined) throw new Error("nothing was measured");
  const each = (n: number): string => (n / count).toFixed(3);
  const waits = await waitsToEnter(context);
  return {
    figures: [
      {
        what: `${SEGMENTS} active segments kept up to date, one event at a time`,
        unit: "events/s",
        measured: measureOf(runs.map(({ seconds }) => count / seconds)),
        target: TARGET,
      },
      {
        what: `the same, ${(2_000).toLocaleString("en-US")} events at a time`,
        unit: "events/s",
        measured: measureOf([count / together.seconds]),
        target: TARGET,
      },
      ...[0.5, 0.99].map((q) => ({
        what: `p${q * 100} from event to being shown in the segment, on one machine`,
        unit: "ms" as const,
        measured: measureOf([quantile(waits, q)]),
      })),
    ],
    notes: [
      `On one core, resolving not counted. Of ${count.toLocaleString("en-US")} events each needed ${each(first.reads)} reads of memberships and ${each(first.writes)} conditional writes, one event at a time; ${each(together.reads)} and ${each(together.writes)} where ${(2_000).toLocaleString("en-US")} come together. A read is of one small item; a write is made only where somebody enters or leaves, or has to be looked at earlier than thought.`,
    ],
  };
};

/** A quarter each: traits, counts in a window, consent with an event, events that hardly anybody has. */
function conditionOf(nth: number): Condition {
  const name = NAMES[nth % NAMES.length] as string;
  const kinds: readonly Condition[] = [
    {
      any: [
        { trait: "plan", eq: `plan ${nth}` },
        { trait: "city", startsWith: `c${nth}` },
      ],
    },
    { event: name, within: { last: `${1 + nth}d` }, count: { gte: 2 + (nth % 40) } },
    { all: [{ consent: "marketing", is: "granted" }, { event: name }, { not: { trait: "plan", eq: "pro" } }] },
    { sequence: [{ event: `Step ${nth}` }, { event: name, after: { atMost: "1d" } }], within: { last: "30d" } },
  ];
  return kinds[nth % kinds.length] as Condition;
}

const someSegments = (): SegmentSet =>
  segmentSet(
    Array.from({ length: SEGMENTS }, (_, nth) => {
      const id = `segment-${nth}`;
      return { id, version: 1, updatedAt: 0, definition: { name: id, condition: conditionOf(nth) } };
    }),
  );

async function reacted(all: readonly Event[], batch: number) {
  const store = memoryProfileStore();
  const memberships = memoryMembershipStore(store);
  const counted = { reads: 0, writes: 0 };
  const ports = {
    store,
    memberships: {
      ...memberships,
      of: (ids: Parameters<typeof memberships.of>[0]) => {
        counted.reads += ids.length;
        return memberships.of(ids);
      },
      write: (writes: Parameters<typeof memberships.write>[0]) => {
        counted.writes += writes.length;
        return memberships.write(writes);
      },
    },
  };
  const segments = someSegments();
  const rules = defaultIdentityRules;
  let spent = 0;
  for (let from = 0; from < all.length; from += batch) {
    const some = all.slice(from, from + batch);
    const { changes } = await absorbEvents({ store, pause: async () => {} }, { events: some, assertions: [] }, rules);
    const now = some.at(-1)?.eventTime ?? 0;
    const began = performance.now();
    await reactToChanges(ports, changes, { segments, rules, now });
    spent += performance.now() - began;
  }
  return { seconds: spent / 1_000, ...counted };
}

const LOOK_MS = 4;
const PATIENCE_MS = 5_000;

/** From posting an event until the person's profile shows the segment, in ms, one person after the other. */
async function waitsToEnter(context: BenchContext): Promise<readonly number[]> {
  const data = join(context.folder, "data");
  const server = await startServer(data);
  try {
    const token = tokenIn(data);
    await server.post("/api/segments", { id: "buyers", name: "Buyers", condition: { event: "Order Completed" } });
    const waits: number[] = [];
    for (let nth = 0; nth < (context.quick ? 20 : 200); nth++) {
      context.progress(`somebody enters, ${nth + 1}`);
      waits.push(await waitToEnter(server, token, `buyer_${nth}`));
    }
    return waits.slice(1); // The first waits for the definition to be heard of.
  } finally {
    await server.stop();
  }
}

async function waitToEnter(
  server: { readonly url: string; readonly writeKey: string },
  token: string,
  userId: string,
): Promise<number> {
  const body = JSON.stringify({ type: "track", event: "Order Completed", userId, messageId: userId });
  const authorization = `Basic ${Buffer.from(`${server.writeKey}:`).toString("base64")}`;
  const began = performance.now();
  await fetch(`${server.url}/v1/track`, { method: "POST", headers: { authorization }, body });
  while (performance.now() - began < PATIENCE_MS) {
    const answer = await fetch(`${server.url}/api/profiles/user_id:${userId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const profile = (await answer.json()) as { readonly segments?: readonly string[] };
    if (profile.segments?.includes("buyers")) return performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`${userId} was in no segment after ${PATIENCE_MS} ms`);
}
