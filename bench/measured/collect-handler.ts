import type { Benchmark } from "#bench/benchmark.ts";
import { jsonParsesPerSecond } from "#bench/limits/json-parse.ts";
import { preparedRequests } from "#bench/load/prepared-request.ts";
import { measureOf, median, rounds } from "#bench/measure.ts";
import { collector, gatewayRequest } from "#bench/subjects/collector.ts";
import type { IntakeBatch } from "#core/events/ports.ts";

const EVENTS_EACH = 100;
/** Of one round: of a second where the target is met. */
const BATCHES = 600;

/** How many events a second one core admits: API Gateway's event in, what would be stored out, nothing stored. */
export const collectHandler: Benchmark = async (context) => {
  let taken: IntakeBatch = { events: [], badEvents: [] };
  const handler = collector({
    append: async (batch) => {
      taken = batch;
    },
  });
  const bodies = preparedRequests(1, BATCHES, EVENTS_EACH, "").map(({ body }) => body);
  const run = async (): Promise<{ readonly perSecond: number; readonly perCpuSecond: number }> => {
    // Made anew for each round, as the gateway would: nothing that was worked out for one may serve the next.
    const requests = bodies.map(gatewayRequest);
    const cpu = process.cpuUsage();
    const began = performance.now();
    for (const request of requests) {
      const { statusCode } = await handler(request);
      if (statusCode !== 200 || taken.events.length !== EVENTS_EACH) throw new Error("a batch was not taken whole");
    }
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const events = BATCHES * EVENTS_EACH;
    return { perSecond: events / seconds, perCpuSecond: events / ((user + system) / 1_000_000) };
  };
  await run();
  const found = await rounds(context, 9, run);
  const planned = taken.events.filter(({ plan }) => plan?.status === "planned").length;
  const parsed = (await jsonParsesPerSecond(bodies)) * EVENTS_EACH;
  const limits = [{ what: "`JSON.parse` of the same bodies", value: parsed }];
  const bytes = Math.round(median(bodies.map((body) => Buffer.byteLength(body))) / EVENTS_EACH);
  return {
    figures: [
      {
        what: "admit batches of 100, with a tracking plan",
        unit: "events/s",
        measured: measureOf(found.map(({ perSecond }) => perSecond)),
        limits,
        target: { atLeast: 60_000 },
      },
      {
        what: "the same for each second of processor time, garbage collection's threads included",
        unit: "events/s",
        measured: measureOf(found.map(({ perCpuSecond }) => perCpuSecond)),
        limits,
      },
    ],
    notes: [
      `The handler that runs in Lambda, in one thread, on API Gateway's events with batches of ${EVENTS_EACH} events of about ${bytes} bytes, held to the e-commerce plan (\`plans/ecommerce.yaml\`, mode report; ${planned} of the last batch's ${EVENTS_EACH} are as planned). Its ports answer at once and keep nothing.`,
    ],
  };
};
