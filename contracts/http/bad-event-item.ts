import * as z from "zod";
import { BAD_EVENT_CODES, MAX_PAYLOAD } from "#core/events/bad-event.ts";
import { EVENT_TYPES } from "#core/events/event.ts";
import { BAD_EVENT_SCHEMA_VERSION } from "#core/events/lake-rows.ts";
import { Time } from "./fields.ts";

const Surroundings = z
  .strictObject({
    whole: z.literal(true).optional().meta({ description: "The payload is a body that holds events" }),
    severalKeys: z.literal(true).optional().meta({ description: "Each of its events names its own write key" }),
    imported: z.literal(true).optional().meta({ description: "It came from a file" }),
    type: z.enum(EVENT_TYPES).optional().meta({ description: "The type that the route gave" }),
    sentAt: z.int().optional().meta({ description: "What the batch said, in ms since 1970" }),
    context: z.looseObject({}).optional().meta({ description: "What the batch said for all of its events" }),
    anonymousId: z.string().optional().meta({ description: "Whose device the request said it was" }),
    browserId: z.string().optional().meta({ description: "The id of the browser's cookie" }),
    carrier: z
      .strictObject({
        ip: z.string().optional(),
        userAgent: z.string().optional(),
        locale: z.string().optional(),
        pageUrl: z.string().optional(),
      })
      .optional()
      .meta({ description: "The request, as far as its source lets it be kept" }),
  })
  .meta({ description: "What stood around it and is needed to let it in as if it had been right at once" });

/** A bad event as it is told and exported. `docs/schemas` holds it as JSON Schema, which a change of this rewrites. */
export const BadEventItem = z.strictObject({
  schemaVersion: z.int().min(1).max(BAD_EVENT_SCHEMA_VERSION).meta({ description: "Of the form it was kept in" }),
  id: z.string().regex(/^[\w-]{22}$/),
  code: z.enum(BAD_EVENT_CODES).meta({ description: "Why it was refused" }),
  problems: z
    .array(z.strictObject({ path: z.string(), message: z.string() }))
    .min(1)
    .meta({ description: "Where in the payload, dotted, empty for the whole; and what is wrong there" }),
  payload: z.string().max(MAX_PAYLOAD).meta({ description: "The text as it stood; bytes as a data: URL" }),
  event: z.string().max(200).nullable().meta({ description: "What it calls itself: its event's name, else its type" }),
  source: z.string(),
  position: z.int().nonnegative().meta({ description: "In its batch, from 0; in its file, from 1" }),
  receivedAt: Time,
  surroundings: Surroundings.nullable(),
  recoveries: z.int().nonnegative().meta({ description: "How often it was let in after all: at most once" }),
  recoveredAt: Time.nullable(),
  recoveredAs: z.string().nullable().meta({ description: "The message id of the event that it became" }),
});
export type BadEventItem = z.infer<typeof BadEventItem>;

/** The form of a bad event as JSON Schema, draft 2020-12. */
export function badEventJsonSchema(): { readonly $schema: string; readonly $id: string } {
  const { $schema = "https://json-schema.org/draft/2020-12/schema", ...rest } = z.toJSONSchema(BadEventItem);
  return {
    $schema,
    $id: `urn:tributary:bad-event:${BAD_EVENT_SCHEMA_VERSION}`,
    title: "A bad event of Tributary",
    ...rest,
  };
}
