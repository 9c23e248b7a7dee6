import type {
  DynamoDBBatchResponse,
  DynamoDBRecord,
  DynamoDBStreamEvent,
  SQSBatchResponse,
  SQSEvent,
} from "aws-lambda";
import type { Lake } from "#contracts/lake.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Clock } from "#core/kernel/ports.ts";
import { MINUTE, SECOND } from "#core/kernel/time.ts";
import type { ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { Stored } from "#core/profiles/ports.ts";
import { type ReactPorts, reactToChanges } from "#core/segments/realtime/react.flow.ts";
import { type ComputedMove, reactToComputed } from "#core/segments/realtime/react-to-computed.flow.ts";
import type { SegmentSet } from "#core/segments/realtime/segment-set.ts";
import { type SweepPorts, sweepOn } from "#core/segments/realtime/sweep.flow.ts";
import { type ListSweepPorts, sweepLists } from "#core/segments/realtime/sweep-lists.flow.ts";
import { reactToTime } from "#core/segments/realtime/timers.flow.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";

/** One image of a stream's record: attributes by name. */
export type Image = Readonly<Record<string, unknown>>;

export interface ReactDoorPorts extends SweepPorts, Omit<ListSweepPorts, keyof ReactPorts> {
  readonly lake: Pick<Lake, "append">;
  readonly clock: Clock;
  readonly rules: IdentityRules;
  /** The segments there are; they may be `SEGMENTS_FRESH_MS` old. */
  readonly segments: () => Promise<SegmentSet>;
  /** Reads what the profile store wrote. Throws where it is not of its making. */
  readonly decode: (image: Image) => Stored;
  readonly keyIn: (image: Image) => IdentifierKey;
  /** What a membership's image tells the lake; `undefined` where the image is of something else. */
  readonly segmentRows: (image: Image) => readonly SegmentChangeRow[] | undefined;
  /** What a change of computed traits tells, by its images; `undefined` where they are of something else. */
  readonly computedMove: (before: Image | undefined, after: Image | undefined) => ComputedMove | undefined;
  /** Tells how many entered and left. */
  readonly onTurns: (turns: number) => void;
  /** Tells whoever operates this what broke, and at which place of the stream or of the queue. */
  readonly onTrouble: (error: unknown, at: string) => void;
}

/** How long definitions may be gone by that have changed since. */
export const SEGMENTS_FRESH_MS = MINUTE;
/** The function's time limit: nobody goes by definitions that were read longer ago than both together. */
const REACT_TIMEOUT_MS = MINUTE;
const SETTLE_MS = SEGMENTS_FRESH_MS + REACT_TIMEOUT_MS;
/** What is kept back for the page under way when time runs out. */
const RESERVE_MS = 20 * SECOND;
/** Profiles, and keys, looked at in one go. */
const PAGE = 200;

interface Invocation {
  readonly getRemainingTimeInMillis: () => number;
}

/**
 * Keeps who is in which segment. It is woken by the streams of the profile store and of computed traits, of which it
 * moves people in and out; by its own store's stream, of which it tells the lake; and, each minute or when a list was
 * imported, by a message, upon which it looks at those whose time has come, at those whom a list brought or lost, and at
 * everybody after a definition changed.
 */
export const reactHandler =
  (ports: ReactDoorPorts) =>
  async (
    event: DynamoDBStreamEvent | SQSEvent,
    invocation: Invocation,
  ): Promise<DynamoDBBatchResponse | SQSBatchResponse> =>
    isStream(event) ? ofStream(ports, event.Records) : ofSchedule(ports, event, invocation);

const isStream = (event: DynamoDBStreamEvent | SQSEvent): event is DynamoDBStreamEvent =>
  event.Records.some((record) => "dynamodb" in record);

const failedFrom = (itemIdentifier: string): DynamoDBBatchResponse => ({ batchItemFailures: [{ itemIdentifier }] });
const sequenceNumberOf = (record: DynamoDBRecord | undefined): string => record?.dynamodb?.SequenceNumber ?? "";

/** Records before the first that cannot be read are dealt with; Lambda comes again from there. */
async function ofStream(ports: ReactDoorPorts, records: readonly DynamoDBRecord[]): Promise<DynamoDBBatchResponse> {
  const { changes, moves, rows, failed } = readRecords(ports, records);
  try {
    if (rows.length > 0) await ports.lake.append("segment_changes", rows);
    if (changes.length > 0) {
      const { clock, rules } = ports;
      const turns = await reactToChanges(ports, changes, { segments: await ports.segments(), rules, now: clock() });
      ports.onTurns(turns.entered + turns.left);
    }
    if (moves.length > 0) {
      const { clock, rules } = ports;
      const turns = await reactToComputed(ports, moves, { segments: await ports.segments(), rules, now: clock() });
      ports.onTurns(turns.entered + turns.left);
    }
  } catch (error) {
    const first = sequenceNumberOf(records[0]);
    ports.onTrouble(error, first);
    return failedFrom(first);
  }
  return failed === undefined ? { batchItemFailures: [] } : failedFrom(failed);
}

interface ReadRecords {
  readonly changes: readonly ComponentChange[];
  readonly moves: readonly ComputedMove[];
  readonly rows: readonly SegmentChangeRow[];
  readonly failed?: string;
}

/** Up to the first that cannot be read. */
function readRecords(ports: ReactDoorPorts, records: readonly DynamoDBRecord[]): ReadRecords {
  const read = { changes: [] as ComponentChange[], moves: [] as ComputedMove[], rows: [] as SegmentChangeRow[] };
  for (const record of records) {
    try {
      readRecord(ports, record, read);
    } catch (error) {
      const failed = sequenceNumberOf(record);
      ports.onTrouble(error, failed);
      return { ...read, failed };
    }
  }
  return read;
}

interface Reading {
  readonly changes: ComponentChange[];
  readonly moves: ComputedMove[];
  readonly rows: SegmentChangeRow[];
}

/** Without a new image a profile's or a membership's item was deleted: erasure tells the lake in its own way. */
function readRecord(ports: ReactDoorPorts, { dynamodb }: DynamoDBRecord, { changes, moves, rows }: Reading): void {
  const { OldImage: before, NewImage: after } = dynamodb ?? {};
  const move = ports.computedMove(before, after);
  if (move !== undefined) {
    if (move.names.length > 0) moves.push(move);
    return;
  }
  if (after === undefined) return;
  const told = ports.segmentRows(after);
  if (told !== undefined) rows.push(...told);
  else {
    const was = before === undefined ? undefined : ports.decode(before);
    changes.push({ key: ports.keyIn(after), before: was, after: ports.decode(after) });
  }
}

async function ofSchedule(ports: ReactDoorPorts, event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> {
  const mayGoOn = (): boolean => invocation.getRemainingTimeInMillis() > RESERVE_MS;
  try {
    await onTime(ports, mayGoOn);
    await onLists(ports, mayGoOn);
    await onDefinitions(ports, mayGoOn);
    return { batchItemFailures: [] };
  } catch (error) {
    const failed = event.Records.map(({ messageId }) => messageId);
    ports.onTrouble(error, failed[0] ?? "");
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  }
}

/** What is not reached is due still when the next message comes. */
async function onTime(ports: ReactDoorPorts, mayGoOn: () => boolean): Promise<void> {
  for (let looked = PAGE; looked === PAGE && mayGoOn(); ) {
    const { clock, rules } = ports;
    const turns = await reactToTime(ports, { segments: await ports.segments(), rules, now: clock() }, PAGE);
    looked = turns.looked;
    ports.onTurns(turns.entered + turns.left);
  }
}

async function onLists(ports: ReactDoorPorts, mayGoOn: () => boolean): Promise<void> {
  while (mayGoOn()) {
    const { clock, rules } = ports;
    const swept = await sweepLists(ports, { segments: await ports.segments(), rules, now: clock(), limit: PAGE });
    ports.onTurns(swept.entered + swept.left);
    if (swept.kind === "rested") return;
  }
}

async function onDefinitions(ports: ReactDoorPorts, mayGoOn: () => boolean): Promise<void> {
  while (mayGoOn()) {
    const { clock, rules } = ports;
    const swept = await sweepOn(ports, { rules, now: clock(), limit: PAGE, settleMs: SETTLE_MS });
    ports.onTurns(swept.entered + swept.left);
    if (swept.kind !== "going") return;
  }
}
