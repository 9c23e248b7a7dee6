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
import { reactToChanges } from "#core/segments/realtime/react.flow.ts";
import type { SegmentSet } from "#core/segments/realtime/segment-set.ts";
import { type SweepPorts, sweepOn } from "#core/segments/realtime/sweep.flow.ts";
import { reactToTime } from "#core/segments/realtime/timers.flow.ts";
import type { SegmentChangeRow } from "#core/segments/segment-change-row.ts";

/** One image of a stream's record: attributes by name. */
export type Image = Readonly<Record<string, unknown>>;

export interface ReactDoorPorts extends SweepPorts {
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
 * Keeps who is in which segment. It is woken by three things: the stream of the profile store, of which it moves people
 * in and out; its own store's stream, of which it tells the lake; and, each minute, by the schedule's message, upon
 * which it looks at those whose time has come, and at everybody after a definition changed.
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
  const { changes, rows, failed } = readRecords(ports, records);
  try {
    if (rows.length > 0) await ports.lake.append("segment_changes", rows);
    if (changes.length > 0) {
      const { clock, rules } = ports;
      const turns = await reactToChanges(ports, changes, { segments: await ports.segments(), rules, now: clock() });
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
  readonly rows: readonly SegmentChangeRow[];
  readonly failed?: string;
}

/** A record without a new image is an item's deletion: erasure tells the lake in its own way. */
function readRecords(ports: ReactDoorPorts, records: readonly DynamoDBRecord[]): ReadRecords {
  const changes: ComponentChange[] = [];
  const rows: SegmentChangeRow[] = [];
  for (const record of records) {
    const { OldImage: before, NewImage: after } = record.dynamodb ?? {};
    if (after === undefined) continue;
    try {
      const told = ports.segmentRows(after);
      if (told === undefined) {
        const was = before === undefined ? undefined : ports.decode(before);
        changes.push({ key: ports.keyIn(after), before: was, after: ports.decode(after) });
      } else rows.push(...told);
    } catch (error) {
      const failed = sequenceNumberOf(record);
      ports.onTrouble(error, failed);
      return { changes, rows, failed };
    }
  }
  return { changes, rows };
}

async function ofSchedule(ports: ReactDoorPorts, event: SQSEvent, invocation: Invocation): Promise<SQSBatchResponse> {
  const mayGoOn = (): boolean => invocation.getRemainingTimeInMillis() > RESERVE_MS;
  try {
    await onTime(ports, mayGoOn);
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

async function onDefinitions(ports: ReactDoorPorts, mayGoOn: () => boolean): Promise<void> {
  while (mayGoOn()) {
    const { clock, rules } = ports;
    const swept = await sweepOn(ports, { rules, now: clock(), limit: PAGE, settleMs: SETTLE_MS });
    ports.onTurns(swept.entered + swept.left);
    if (swept.kind !== "going") return;
  }
}
