import * as z from "zod";
import { ComputedTrait } from "#core/computed/computed-trait.ts";
import { Instant, Time, Versioned } from "./fields.ts";
import type { Route } from "./route.ts";

/** What is measured, in words a marketer reads. */
const Sentence = z.object({ en: z.string(), fr: z.string() });

const Trait = z.intersection(
  ComputedTrait,
  Versioned.extend({
    sentence: Sentence,
    /** The names under which its values stand on the profile and are asked for in conditions. */
    traits: z.array(z.string()),
  }),
);

const Preview = z.object({
  /** How many people have events of it. */
  count: z.number(),
  /** Some of them, with what it comes to. */
  sample: z.array(z.object({ profileId: z.string(), computed: z.record(z.string(), z.json()) })),
  sentence: Sentence,
  /** The query that measures it, in the dialect of the engine that ran it. */
  sql: z.string(),
  now: Time,
});

const Refreshed = z.object({
  /** `finished`; `paused` where there was not enough time, and the next refresh goes on; `idle` without traits; `started` where it goes on by itself. */
  state: z.enum(["finished", "paused", "idle", "started"]),
  run: z.number().nullable(),
  /** The instant the values are of. */
  now: Time.nullable(),
  /** How many people were measured, and how many of them have other values than before. */
  looked: z.number().nullable(),
  changed: z.number().nullable(),
});

/** Bodies are read by `readComputedTrait`, which can say better than a schema what is wrong. */
const body = z.looseObject({});

const bad = ["computed_trait.bad_definition", "computed_trait.name_taken"] as const;

export const COMPUTED_TRAIT_ROUTES = {
  listComputedTraits: {
    method: "GET",
    path: "/api/computed-traits",
    summary: "All computed traits",
    status: 200,
    answer: z.object({ computedTraits: z.array(Trait) }),
    refusals: [],
  },
  createComputedTrait: {
    method: "POST",
    path: "/api/computed-traits",
    summary: "A new computed trait; its name is its id",
    body,
    published: ComputedTrait,
    status: 201,
    answer: Trait,
    refusals: [...bad, "computed_trait.too_many", "definition.exists"],
  },
  getComputedTrait: {
    method: "GET",
    path: "/api/computed-traits/{id}",
    summary: "A computed trait",
    status: 200,
    answer: Trait,
    refusals: ["computed_trait.not_found"],
  },
  replaceComputedTrait: {
    method: "PUT",
    path: "/api/computed-traits/{id}",
    summary: "Changes a computed trait; `version` or If-Match names the version that is changed",
    body,
    published: ComputedTrait,
    status: 200,
    answer: Trait,
    refusals: [
      ...bad,
      "computed_trait.not_found",
      "computed_trait.in_use",
      "definition.version_needed",
      "definition.changed",
    ],
  },
  deleteComputedTrait: {
    method: "DELETE",
    path: "/api/computed-traits/{id}",
    summary: "Deletes a computed trait that no segment asks for",
    status: 200,
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: ["computed_trait.not_found", "computed_trait.in_use"],
  },
  previewComputedTrait: {
    method: "POST",
    path: "/api/computed-traits/preview",
    summary: "What a trait would come to, before it is one; `now` beside its members says at which instant",
    body,
    published: z.intersection(ComputedTrait, z.object({ now: Instant.optional() })),
    status: 200,
    answer: Preview,
    refusals: ["computed_trait.bad_definition"],
  },
  installRfm: {
    method: "POST",
    path: "/api/computed-traits/rfm",
    summary: "Recency, frequency and monetary value of orders, with quintiles: installs the usual definition as `rfm`",
    status: 201,
    answer: Trait,
    refusals: ["computed_trait.name_taken", "computed_trait.too_many", "definition.exists"],
  },
  refreshComputedTraits: {
    method: "POST",
    path: "/api/computed-traits/refresh",
    summary: "Brings everybody's computed traits up to date now; `full` measures everybody anew",
    body: z.strictObject({ full: z.boolean().optional() }),
    status: 202,
    answer: Refreshed,
    refusals: ["computed_trait.busy"],
  },
} as const satisfies Record<string, Route>;
