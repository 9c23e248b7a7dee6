import * as z from "zod";
import { EVENT_TYPES } from "#core/events/event.ts";

/**
 * A JSONata expression over a row (`amount`, `first & ' ' & last`, `$number(price)`). A number or a boolean written as
 * such stands for itself; text that stands for itself is written as JSONata writes it, in quotes of its own.
 */
const Expression = z.union([z.string().min(1).max(10_000), z.number(), z.boolean()]);

/** A value to make: an expression, or an object or a list of values to make. What has no value is left out. */
export type Template = string | number | boolean | readonly Template[] | { readonly [name: string]: Template };
const Template: z.ZodType<Template> = z.lazy(() =>
  z.union([Expression, z.array(Template).max(100), z.record(z.string(), Template)]),
);

/** An object to make: member by member, or by one expression that gives the whole. */
const ObjectTemplate = z.union([z.string().min(1).max(10_000), z.record(z.string(), Template)]);

/** One event that a row may give: the members of Segment's message, each an expression. */
const RowRule = z.strictObject({
  type: z.enum(EVENT_TYPES),
  /** Only rows for which this is true (as JSONata understands true) give the event. */
  when: Expression.optional(),
  /** Unique in the source, if the file has something that is: an order's line, a ticket's number. */
  messageId: Expression.optional(),
  event: Expression.optional(),
  name: Expression.optional(),
  userId: Expression.optional(),
  anonymousId: Expression.optional(),
  groupId: Expression.optional(),
  previousId: Expression.optional(),
  /** ISO 8601 or epoch milliseconds. Without it, events happen when they are imported. */
  timestamp: Expression.optional(),
  properties: ObjectTemplate.optional(),
  traits: ObjectTemplate.optional(),
  context: ObjectTemplate.optional(),
});
export type RowRule = Readonly<z.infer<typeof RowRule>>;

/** What is known of the file's form. Whatever is not said is detected. */
const FormatHints = z.strictObject({
  kind: z.enum(["csv", "jsonl"]).optional(),
  /** As the Encoding standard names it: `utf-8`, `utf-16le`, `windows-1252`… */
  encoding: z.string().optional(),
  separator: z.string().length(1).optional(),
  /** The columns' names, where the first line is a row already. */
  columns: z.array(z.string().min(1)).min(1).max(10_000).optional(),
});
export type FormatHints = Readonly<z.infer<typeof FormatHints>>;

const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "lower-case letters, digits, - and _; at most 64");

/** How the rows of a kind of file become events. */
export const Mapping = z.strictObject({
  /** Part of the events' ids: the same rows under another name are other events. */
  name,
  description: z.string().max(2_000).optional(),
  /** The source that the events are from. */
  source: name,
  format: FormatHints.default({}),
  rows: z.array(RowRule).min(1).max(20),
});
export type Mapping = Readonly<z.infer<typeof Mapping>>;
