import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { memoryComponentPages, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { admit } from "#core/events/admit.ts";
import { IdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { absorbEvents, type ComponentChange } from "#core/profiles/absorb-events.flow.ts";
import type { Stored } from "#core/profiles/ports.ts";
import { retellPage } from "#core/profiles/retell.flow.ts";
import { type Image, projectHandler } from "./handler.ts";

const before = IdentityRules.parse({});
const rules = IdentityRules.parse({ limits: { user_id: 1, email: 1 } });

/** As the stream tells of it; what an image holds is between the store and `decode`. */
const recordOf = ({ key, before: was, after }: ComponentChange, nth: number): DynamoDBRecord =>
  ({
    dynamodb: {
      SequenceNumber: String(nth),
      NewImage: { key, stored: after },
      ...(was === undefined ? {} : { OldImage: { key, stored: was } }),
    },
  }) as unknown as DynamoDBRecord;

function projecting(rulesBefore: IdentityRules | undefined) {
  const told: unknown[] = [];
  const handler = projectHandler({
    lake: { append: async (table, rows) => void told.push(...rows.map((row) => ({ table, ...row }))) },
    clock: () => 0,
    rules,
    rulesBefore,
    decode: (image: Image) => image.stored as Stored,
    keyIn: (image: Image) => image.key as IdentifierKey,
    onTrouble: (error) => {
      throw error;
    },
  });
  return { told, handler };
}

/** Ana, with two addresses, taken in under the rules before and written again under those that hold now. */
async function retold(): Promise<readonly ComponentChange[]> {
  const store = memoryProfileStore();
  const context = { source: "shop", trust: "server" as const, receivedAt: 1_000 };
  const events = ["home", "work"].map((place, position) => {
    const sent = { type: "identify", messageId: place, userId: "ana", traits: { email: `ana@${place}.example` } };
    const limits = { limits: defaultAdmissionLimits, normalise: normaliserFor(before) };
    const admitted = admit(sent, { position }, { ...context, ...limits });
    if (admitted.kind === "bad") throw new Error("the test's event is bad");
    return admitted.event;
  });
  await absorbEvents({ store, pause: async () => {} }, { events, assertions: [] }, before);
  const pages = memoryComponentPages(store);
  const from = { after: undefined, limit: 100 };
  return (await retellPage({ store, pages }, { told: [before], rules }, from)).changes;
}

describe("after rules were deployed", () => {
  it("tells the lake what they made of a component that was written again as it was", async () => {
    const { told, handler } = projecting(before);
    const changes = await retold();
    expect(changes).toHaveLength(1);
    expect(await handler({ Records: changes.map(recordOf) })).toEqual({ batchItemFailures: [] });
    const version = changes[0]?.after.version;
    const moved = { table: "identity_changes", identity_key: expect.stringContaining("email:ana@"), version };
    expect(told).toContainEqual(expect.objectContaining(moved));
    expect(told).toContainEqual(expect.objectContaining({ table: "profile_changes", gone: false, version }));
  });

  it("says nothing of it where nothing says which rules held before", async () => {
    const { told, handler } = projecting(undefined);
    await handler({ Records: (await retold()).map(recordOf) });
    expect(told).toEqual([]);
  });
});
