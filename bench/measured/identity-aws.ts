import type { Benchmark, Figure, Table } from "#bench/benchmark.ts";
import { countMerge, countResolving, type ResolveOperations } from "#bench/identity-operations.ts";
import { completeJourneyEvents, shopEvents } from "#bench/identity-workload.ts";
import { measureOf } from "#bench/measure.ts";
import type { Event } from "#core/events/event.ts";

const BATCH = 100;
const MEMBERS = [1, 2, 3, 5, 10, 25, 50];
const RECENT = [1, 10, 20, 50];
/** A customer and a stranger of two identifiers each, of whom every identifier remembers twenty events. */
const TYPICAL = { members: 2, recent: 20 };

interface Counted {
  readonly workload: string;
  readonly operations: ResolveOperations;
}

/** What DynamoDB bills for identity, counted call by call on a recording client behind the real adapter. */
export const identityAws: Benchmark = async (context) => {
  const journey = completeJourneyEvents();
  const counted: Counted[] = [];
  for (const [workload, events] of streamsFor(context.quick, journey)) {
    context.progress(workload);
    counted.push({ workload, operations: await countResolving(events, BATCH) });
  }
  const typical = await countMerge(TYPICAL);
  return {
    figures: [
      ...counted.flatMap(figuresOf),
      {
        what: "merge of two typical profiles: write units",
        unit: "units",
        measured: measureOf([typical.writeUnits]),
        limits: [{ what: "two writes of at most 1 KB in a transaction", value: 4 }],
        target: { atMost: 10 },
      },
    ],
    table: await mergesTable(),
    notes: [
      `Counted, not timed: the same on every machine. Batches of ${BATCH} events; "touched" counts a profile once for each batch that changes it. Merges are in all of these figures.`,
      ...counted.map(({ workload, operations: { events, profilesTouched, merges, ...cost } }) => {
        const each = `${count(events)} events touched ${count(profilesTouched)} profiles and merged ${count(merges)}`;
        const perEvent = `${(cost.writeUnits / events).toFixed(3)} write units and ${(cost.readUnits / events).toFixed(3)} read units per event`;
        return `${workload}: ${each}; ${perEvent}; ${((100 * cost.mergeUnits) / cost.writeUnits).toFixed(1)} % of the write units are merges'. An item has ${Math.round(cost.meanItemBytes)} bytes on average, the largest ${count(cost.largestItemBytes)}.`;
      }),
      ...counted.map(otherFormsNote),
      ...(journey === undefined
        ? ["The Complete Journey is not counted: the shared data is not there (set `TRIBUTARY_DATA` to its folder)."]
        : []),
      `The table: write units of one login that merges two stored profiles of equal size, by the identifiers of each and by the events that each identifier remembers; in brackets the bytes of the item that holds both then. A typical profile has ${TYPICAL.members} identifiers of ${TYPICAL.recent} events.`,
    ],
  };
};

function streamsFor(
  quick: boolean,
  journey: readonly Event[] | undefined,
): readonly (readonly [workload: string, events: readonly Event[]])[] {
  return [
    ["shop, three visits a person", quick ? shopEvents(150, 3) : shopEvents(1_000, 3)],
    ["shop, twelve visits a person", quick ? shopEvents(40, 12) : shopEvents(250, 12)],
    ...(journey === undefined ? [] : [["Complete Journey", journey.slice(0, quick ? 10_000 : undefined)] as const]),
  ];
}

/** Why the form is as it is: what no encoding comes below, and what a second item would save and cost. */
function otherFormsNote({ workload, operations: { otherForms, profilesTouched, readUnits } }: Counted): string {
  const each = (units: number): string => (units / profilesTouched).toFixed(2);
  return `${workload}, for each profile touched, had items been of another form: ${each(otherForms.eventsAlone)} write units if all but the ids and times of remembered events took no room at all; ${each(otherForms.eventsApart)} write units and ${each(readUnits + otherForms.moreReads)} read units if these were moved to a second item whenever the first would pass a kilobyte.`;
}

const count = (value: number): string => value.toLocaleString("en-US");

const figuresOf = ({ workload, operations }: Counted): readonly Figure[] => [
  {
    what: `${workload}: write units for each profile touched`,
    unit: "units",
    measured: measureOf([operations.writeUnits / operations.profilesTouched]),
    limits: [{ what: "one write of at most 1 KB", value: 1 }],
    target: { atMost: 1.5 },
  },
  {
    what: `${workload}: read units for each profile touched`,
    unit: "units",
    measured: measureOf([operations.readUnits / operations.profilesTouched]),
    limits: [{ what: "one eventually consistent read of at most 4 KB", value: 0.5 }],
    target: { atMost: 1 },
  },
];

async function mergesTable(): Promise<Table> {
  const rows: string[][] = [];
  for (const members of MEMBERS) {
    const row = [`${members}`];
    for (const recent of RECENT) {
      const { writeUnits, bytes } = await countMerge({ members, recent });
      row.push(`${writeUnits} (${count(bytes)} B)`);
    }
    rows.push(row);
  }
  return {
    columns: [
      "identifiers of each",
      ...RECENT.map((recent) => `${recent} recent event${recent === 1 ? "" : "s"} each`),
    ],
    rows,
  };
}
