import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { JsonObject } from "#core/kernel/json.ts";
import { collectWorld } from "#test/support/collect-world.ts";
import { hasSharedData, sharedData } from "#test/support/shared-data.ts";

const lines = (text: string): readonly JsonObject[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { readonly message: JsonObject }).message);

/** Others' messages, as they sent them. */
const SETS: Readonly<Record<string, () => readonly JsonObject[]>> = {
  rudder_events: () => lines(gunzipSync(readFileSync(sharedData("rudder_events/events.ndjson.gz"))).toString("utf8")),
  segment_docs_examples: () => lines(readFileSync(sharedData("segment_docs_examples/spec_examples.ndjson"), "utf8")),
  segment_fixtures: () =>
    readdirSync(sharedData("segment_fixtures"), { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => JSON.parse(readFileSync(join(file.parentPath, file.name), "utf8")) as JsonObject),
};

/** What of them can be used by nobody: a track without a name, a group without an id, events about nobody. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  rudder_events: { "event.bad_field": 21, "event.no_identity": 19, "event.no_name": 22, "event.too_large": 1 },
  segment_docs_examples: { "event.no_identity": 4 },
  segment_fixtures: {},
};

const present = Object.keys(SETS).filter((name) => hasSharedData(name));
/** Few message ids are used over and over in them; each message is its own here. */
const named = (messages: readonly JsonObject[]): readonly JsonObject[] =>
  messages.map((message, nth) => ({ ...message, messageId: `fixture-${nth}` }));

const tally = (codes: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(codes, (code) => code)).map(([code, of]) => [code, of?.length ?? 0]),
  );

it.skipIf(present.length === 0).each(present)("takes in %s, or refuses each with its reason", async (name) => {
  const messages = named(SETS[name]?.() ?? []);
  const one = collectWorld();
  for (const body of messages) expect((await one.ask({ body })).status).toBe(200);
  const singly = one.taken();

  const many = collectWorld();
  for (let from = 0; from < messages.length; from += 50) {
    expect((await many.ask({ body: { batch: messages.slice(from, from + 50) } })).status).toBe(200);
  }
  const batched = many.taken();

  expect(singly.events.length + singly.badEvents.length).toBe(messages.length);
  expect(batched.events.map(({ messageId }) => messageId)).toEqual(singly.events.map(({ messageId }) => messageId));
  expect(tally(singly.badEvents.map(({ code }) => code))).toEqual(REFUSED[name]);
  for (const { problems } of singly.badEvents) expect(problems.length).toBeGreaterThan(0);
});
