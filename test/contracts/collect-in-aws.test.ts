import { describe, expect, it } from "vitest";
import { countCall } from "#bench/call-operations.ts";
import { CALLS, type CallBody, LARGEST_CALL, SEVERAL } from "#bench/call-workload.ts";

/** What AWS refuses more than, in bytes. */
const AWS = { record: 1_000 * 1024, call: 4 * 1024 * 1024, message: 1024 * 1024 };

const ids = ({ batch }: CallBody): readonly unknown[] =>
  batch.map((event) => ("messageId" in event ? event.messageId : undefined));

const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);

describe("what one call of the collector asks of AWS", () => {
  describe.each(Object.entries(CALLS))("for %s", (_kind, bodyOf) => {
    it.each([2, 20, 100, 500])("is one message and one record, of a body of %i KiB", async (kB) => {
      const sent = bodyOf(kB * 1_024);
      const { statusCode, puts, messages, stored } = await countCall(sent);
      expect([statusCode, puts.map((records) => records.length), messages.length]).toEqual([200, [1], 1]);
      expect(stored).toEqual({ inLake: ids(sent), atResolver: ids(sent) });
    });

    it("has filled the largest body there may be, or sent the most events", async () => {
      const sent = bodyOf(LARGEST_CALL);
      const { bytes } = await countCall(sent);
      expect(bytes > LARGEST_CALL - 2_000 || sent.batch.length === 2_500).toBe(true);
      expect(bytes).toBeLessThanOrEqual(LARGEST_CALL);
    });
  });

  it("is as few as hold it where a context said once for all makes a batch twenty times as large", async () => {
    const sent = SEVERAL.saidOnce(LARGEST_CALL);
    const { puts, messages, stored } = await countCall(sent);
    const records = puts.flat();
    expect(Math.max(...messages)).toBeLessThanOrEqual(AWS.message);
    expect(Math.max(...records)).toBeLessThanOrEqual(AWS.record);
    for (const put of puts) expect(sum(put)).toBeLessThanOrEqual(AWS.call);
    // Halved until each half fits: at worst twice as many as would do.
    expect(messages.length).toBeLessThanOrEqual(2 * Math.ceil(sum(messages) / AWS.message));
    expect(records.length).toBe(Math.ceil(sum(records) / AWS.record));
    expect(stored.inLake).toEqual(ids(sent));
    expect(stored.atResolver.toSorted()).toEqual(ids(sent).toSorted());
  });

  it("is two records for the most that a browser may send at once without a word of itself", async () => {
    const { puts } = await countCall(SEVERAL.withoutContext(LARGEST_CALL), "browser");
    expect(puts.map((records) => records.length)).toEqual([2]);
  });

  it("is two records for the most identify calls that say three identifiers each and nothing else", async () => {
    const { puts } = await countCall(SEVERAL.onlyIdentifiers(LARGEST_CALL));
    expect(puts.map((records) => records.length)).toEqual([2]);
  });

  it("is nothing where nothing came", async () => {
    const { statusCode, puts, messages } = await countCall({ batch: [] });
    expect([statusCode, puts, messages]).toEqual([200, [], []]);
  });
});
