import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { Lake } from "#contracts/lake.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Clock } from "#core/kernel/ports.ts";
import type { ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import { type ChangeRows, changeRows, noChangeRows } from "#core/profiles/change-rows.ts";
import type { Stored } from "#core/profiles/ports.ts";

/** One image of a stream's record: attributes by name. */
export type Image = Readonly<Record<string, unknown>>;

export interface ProjectPorts {
  readonly lake: Lake;
  readonly clock: Clock;
  readonly rules: IdentityRules;
  /** Those that held before, while the lake is told what the change makes of the people there are. */
  readonly rulesBefore?: IdentityRules | undefined;
  /** Reads what the profile store wrote. Throws where it is not of its making. */
  readonly decode: (image: Image) => Stored;
  readonly keyIn: (image: Image) => IdentifierKey;
  /** Tells whoever operates this what broke, and at which place of the stream. */
  readonly onTrouble: (error: unknown, sequenceNumber: string) => void;
}

/**
 * Tells the lake what changed in the profile store. A stream is in order, so the first record that fails is answered
 * and Lambda comes again from there; what stood before it is in the lake. Rows told twice change no answer.
 */
export const projectHandler =
  (ports: ProjectPorts) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const { rows, failed } = rowsOf(ports, event.Records);
    try {
      const tables = Object.keys(rows) as (keyof ChangeRows)[];
      await Promise.all(tables.map((table) => append(ports.lake, table, rows)));
    } catch (error) {
      const first = sequenceNumberOf(event.Records[0]);
      ports.onTrouble(error, first);
      return failedFrom(first);
    }
    return failed === undefined ? { batchItemFailures: [] } : failedFrom(failed);
  };

const failedFrom = (itemIdentifier: string): DynamoDBBatchResponse => ({ batchItemFailures: [{ itemIdentifier }] });

const sequenceNumberOf = (record: DynamoDBRecord | undefined): string => record?.dynamodb?.SequenceNumber ?? "";

interface Told {
  readonly rows: ChangeRows;
  /** Where the first record stood that could not be read; nothing after it was read. */
  readonly failed?: string;
}

function rowsOf(ports: ProjectPorts, records: readonly DynamoDBRecord[]): Told {
  const rows = noChangeRows();
  const told = ports.rulesBefore === undefined ? [] : [ports.rulesBefore];
  for (const record of records) {
    try {
      const change = changeIn(ports, record);
      if (change === undefined) continue;
      const more = changeRows(change, ports.rules, ports.clock(), told);
      rows.identity_changes.push(...more.identity_changes);
      rows.profile_changes.push(...more.profile_changes);
      rows.consent_changes.push(...more.consent_changes);
      rows.link_changes.push(...more.link_changes);
    } catch (error) {
      const failed = sequenceNumberOf(record);
      ports.onTrouble(error, failed);
      return { rows, failed };
    }
  }
  return { rows };
}

/** A record without a new image is an item's deletion: erasure tells the lake in its own way. */
function changeIn(ports: ProjectPorts, record: DynamoDBRecord): ComponentChange | undefined {
  const { OldImage: before, NewImage: after } = record.dynamodb ?? {};
  if (after === undefined) return undefined;
  return {
    key: ports.keyIn(after),
    before: before === undefined ? undefined : ports.decode(before),
    after: ports.decode(after),
  };
}

async function append(lake: Lake, table: keyof ChangeRows, rows: ChangeRows): Promise<void> {
  if (rows[table].length > 0) await lake.append(table, rows[table]);
}
