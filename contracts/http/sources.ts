import * as z from "zod";
import { MOST_KEYS, Source } from "#core/events/source.ts";
import { SourceSettings } from "#core/events/source-settings.ts";
import { Time, Versioned } from "./fields.ts";
import type { Route } from "./route.ts";

const { keys: _keys, ...shown } = Source.shape;

/** A source without its secrets. */
const ShownSource = Versioned.extend({
  ...shown,
  /** Newest first. Neither the keys nor their digests are ever shown again. */
  keys: z.array(z.object({ id: z.string(), createdAt: Time })).max(MOST_KEYS),
});
export type ShownSource = z.infer<typeof ShownSource>;

/** A source and the key that was just made for it: the first of its `keys`. The key itself is shown this once. */
const SourceWithKey = ShownSource.extend({ writeKey: z.string() });

/** An answer may be sent back as it came: what only we say is not looked at. */
const answered = { updatedAt: z.string().optional(), keys: z.unknown().optional() };
const SourceAsked = SourceSettings.safeExtend({ id: z.optional(Source.shape.id), ...answered });
const SourceChanged = SourceSettings.safeExtend({
  id: z.string().optional(),
  version: z.int().positive().optional(),
  ...answered,
});

export const SOURCE_ROUTES = {
  listSources: {
    method: "GET",
    path: "/api/sources",
    summary: "All sources of events, with the ids of their write keys",
    status: 200,
    answer: z.object({ sources: z.array(ShownSource) }),
    refusals: [],
  },
  createSource: {
    method: "POST",
    path: "/api/sources",
    summary: "A new source, and its first write key, shown this once; its id is made of its name unless one is given",
    body: SourceAsked,
    status: 201,
    answer: SourceWithKey,
    refusals: ["source.unknown_plan", "definition.exists"],
  },
  getSource: {
    method: "GET",
    path: "/api/sources/{id}",
    summary: "A source",
    status: 200,
    answer: ShownSource,
    refusals: ["source.not_found"],
  },
  replaceSource: {
    method: "PUT",
    path: "/api/sources/{id}",
    summary:
      "Changes what a source may send; `version` or If-Match names the version that is changed. Its keys stay. " +
      "Switched off (`enabled: false`), its senders are answered 403. Known everywhere within a minute",
    body: SourceChanged,
    status: 200,
    answer: ShownSource,
    refusals: ["source.not_found", "source.unknown_plan", "definition.version_needed", "definition.changed"],
  },
  deleteSource: {
    method: "DELETE",
    path: "/api/sources/{id}",
    summary:
      "Deletes a source and its write keys for good: within a minute whoever sends with one is answered 401. " +
      "What it sent stays",
    status: 200,
    answer: z.object({ id: z.string(), deleted: z.literal(true) }),
    refusals: ["source.not_found"],
  },
  createSourceKey: {
    method: "POST",
    path: "/api/sources/{id}/keys",
    summary: "A second write key, shown this once; the first stays good until it is revoked",
    status: 201,
    answer: SourceWithKey,
    refusals: ["source.not_found", "source.two_keys", "definition.changed"],
  },
  revokeSourceKey: {
    method: "DELETE",
    path: "/api/sources/{id}/keys/{keyId}",
    summary:
      "Revokes a write key: within a minute whoever sends with it is answered 401. The last one only of a source that is switched off",
    status: 200,
    answer: ShownSource,
    refusals: ["source.not_found", "source.key_not_found", "source.last_key", "definition.changed"],
  },
} as const satisfies Record<string, Route>;
