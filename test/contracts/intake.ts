import { describe, expect, it } from "vitest";
import { type BadEvent, badEvent } from "#core/events/bad-event.ts";
import type { Event } from "#core/events/event.ts";
import type { Intake } from "#core/events/ports.ts";

/** What an intake took in, as it is found where it must arrive. Names of events are `source/messageId`. */
export interface Arrived {
  readonly inLake: readonly string[];
  readonly atResolver: readonly string[];
  /** Ids of bad events. */
  readonly refused: readonly string[];
}

export interface OpenedIntake {
  readonly intake: Intake;
  /** What has arrived by now. May wait a little for what is under way; repetitions are allowed. */
  readonly arrived: () => Promise<Arrived>;
  readonly close: () => Promise<void>;
}

export const sampleEvent = (messageId: string, more: Partial<Event> = {}): Event => ({
  messageId,
  source: "shop",
  trust: "server",
  type: "track",
  name: "Product Viewed",
  identifiers: [{ type: "user_id", value: `u-${messageId}` }],
  userId: `u-${messageId}`,
  eventTime: 1_790_000_000_000,
  receivedAt: 1_790_000_000_000,
  properties: { sku: "tasse-bleue", price: 12.5 },
  traits: {},
  context: {},
  ...more,
});

const sampleBad = (position: number): BadEvent =>
  badEvent({
    code: "event.not_an_object",
    problems: [{ path: "", message: "an event is a JSON object" }],
    payload: "17",
    receivedAt: 1_790_000_000_000,
    source: "shop",
    position,
  });

const once = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();

/** What `Intake` promises, where nothing fails; adapters test their failures by themselves. */
export function intakeContract(name: string, open: () => Promise<OpenedIntake>): void {
  const inPlace = (promise: string, check: (opened: OpenedIntake) => Promise<void>): void => {
    it(promise, async () => {
      const opened = await open();
      try {
        await check(opened);
      } finally {
        await opened.close();
      }
    });
  };

  describe(`Intake on ${name}`, () => {
    inPlace("brings every event to the lake and to its profile, and bad events to the lake", async (opened) => {
      const events = ["a", "b", "c"].map((id) => sampleEvent(id));
      const badEvents = [sampleBad(3), sampleBad(4)];
      await opened.intake.append({ events, badEvents });
      const arrived = await opened.arrived();
      expect(once(arrived.inLake)).toEqual(["shop/a", "shop/b", "shop/c"]);
      expect(once(arrived.atResolver)).toEqual(["shop/a", "shop/b", "shop/c"]);
      expect(once(arrived.refused)).toEqual(once(badEvents.map(({ id }) => id)));
    });
    inPlace("takes batches of only good, only bad and no events", async (opened) => {
      await opened.intake.append({ events: [sampleEvent("a")], badEvents: [] });
      await opened.intake.append({ events: [], badEvents: [sampleBad(0)] });
      await opened.intake.append({ events: [], badEvents: [] });
      const arrived = await opened.arrived();
      expect([once(arrived.inLake), once(arrived.atResolver), once(arrived.refused)]).toEqual([
        ["shop/a"],
        ["shop/a"],
        [sampleBad(0).id],
      ]);
    });
    inPlace("takes batches that are appended at the same time", async (opened) => {
      const ids = Array.from({ length: 40 }, (_, nth) => `m${nth}`);
      await Promise.all(ids.map((id) => opened.intake.append({ events: [sampleEvent(id)], badEvents: [] })));
      const arrived = await opened.arrived();
      expect(once(arrived.inLake)).toEqual(once(ids.map((id) => `shop/${id}`)));
      expect(once(arrived.atResolver)).toEqual(once(ids.map((id) => `shop/${id}`)));
    });
    inPlace(
      "takes a batch larger than one record or message of any carrier, with text of all kinds",
      async (opened) => {
        const filler = `é🛒\u0000\uffff"\\`.repeat(1_000);
        const ids = Array.from({ length: 120 }, (_, nth) => `m${nth}`);
        await opened.intake.append({
          events: ids.map((id) => sampleEvent(id, { properties: { filler } })),
          badEvents: [],
        });
        const arrived = await opened.arrived();
        expect(once(arrived.inLake)).toEqual(once(ids.map((id) => `shop/${id}`)));
        expect(once(arrived.atResolver)).toEqual(once(ids.map((id) => `shop/${id}`)));
      },
    );
  });
}
