import * as z from "zod";
import { DefinitionId, Time, Versioned } from "./fields.ts";
import type { Route } from "./route.ts";

const List = Versioned.extend({
  name: z.string(),
  description: z.string().optional(),
  /** Identifiers that were taken; one that came with several imports is counted with each. */
  identifiers: z.number(),
  /** When it was last replaced or added to; `null` before the first upload has ended. */
  importedAt: Time.nullable(),
  /** Identifiers of an upload of which more is to come; the list stays as it was until it ends. */
  uploading: z.number().nullable(),
});

const Problem = z.object({
  /** The line of the CSV text, the header being 1, or the place in `identifiers`, from 1. */
  line: z.number(),
  reason: z.string(),
});

const Taken = z.object({
  list: List,
  /** Different identifiers that this request brought. */
  taken: z.number(),
  /** How many came more than once. */
  repeated: z.number(),
  /** Lines or cells that could not be used. */
  bad: z.number(),
  /** The first of them. */
  problems: z.array(Problem),
});

const Type = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "a type such as email, phone or user_id");

/**
 * What is on the list: a CSV text whose first line names its columns, or identifiers one by one. A column called like a
 * type of identifier is read as that type; `types` says it of columns with other names.
 */
const content = {
  csv: z.string().min(1).optional(),
  types: z.record(z.string(), Type).optional(),
  identifiers: z
    .array(z.union([z.string().max(1_000), z.strictObject({ type: Type, value: z.string().max(1_000) })]))
    .max(200_000)
    .optional(),
  /** More is to come with `continue`; until the last part is there the list stays as it was. */
  more: z.boolean().default(false),
};

const about = { name: z.string().trim().min(1).max(200), description: z.string().max(2_000).optional() };

const ListAsked = z.strictObject({ id: DefinitionId.optional(), ...about, ...content });

const MembersAsked = z.strictObject({
  /** `replace`: these and no others; `append`: these too; `continue`: the next part of an upload begun with `more`. */
  mode: z.enum(["replace", "append", "continue"]),
  ...content,
});

const MAX_LIST_BYTES = 5 * 1024 * 1024;
const badContent = ["list.bad_file", "list.nothing_usable", "list.too_long"] as const;

export const LIST_ROUTES = {
  lists: {
    method: "GET",
    path: "/api/lists",
    summary: "All imported lists",
    status: 200,
    answer: z.object({ lists: z.array(List) }),
    refusals: [],
  },
  createList: {
    method: "POST",
    path: "/api/lists",
    summary: 'A new list of people, from CSV text or identifiers; segments refer to it as `{"list":"its id"}`',
    body: ListAsked,
    maxBodyBytes: MAX_LIST_BYTES,
    status: 201,
    answer: Taken,
    refusals: [...badContent, "definition.exists", "definition.changed"],
  },
  getList: {
    method: "GET",
    path: "/api/lists/{id}",
    summary: "A list, and how many people are on it: those known by one of its identifiers today",
    status: 200,
    answer: List.extend({ people: z.number() }),
    refusals: ["list.not_found"],
  },
  listVersions: {
    method: "GET",
    path: "/api/lists/{id}/versions",
    summary: "Each import into the list, latest first, as far as the lake has heard of it",
    status: 200,
    answer: z.object({
      listId: z.string(),
      versions: z.array(
        z.object({
          version: z.number(),
          /** Whether it is part of the list as it may be read now. */
          current: z.boolean(),
          replaces: z.boolean(),
          identifiers: z.number(),
          importedAt: Time,
        }),
      ),
    }),
    refusals: ["list.not_found"],
  },
  importMembers: {
    method: "POST",
    path: "/api/lists/{id}/members",
    summary: "Replaces what is on a list, or adds to it; all or nothing",
    body: MembersAsked,
    maxBodyBytes: MAX_LIST_BYTES,
    status: 200,
    answer: Taken,
    refusals: [...badContent, "list.not_found", "list.nothing_to_continue", "definition.changed"],
  },
  deleteList: {
    method: "DELETE",
    path: "/api/lists/{id}",
    summary: "Deletes a list that no segment refers to",
    status: 200,
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: ["list.not_found", "list.in_use"],
  },
} as const satisfies Record<string, Route>;
