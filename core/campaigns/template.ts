import * as z from "zod";
import type { ChannelName } from "./channel-name.ts";
import { compileTemplate, MAX_TEMPLATE_LENGTH } from "./compile-template.ts";

const part = z
  .string()
  .max(MAX_TEMPLATE_LENGTH)
  .superRefine((source, context) => {
    const compiled = compileTemplate(source, "text");
    if (compiled.kind === "rejection") context.addIssue({ code: "custom", message: compiled.message });
  });

/**
 * What a message says, in Handlebars: `{{traits.first_name}}`. An e-mail has a subject, and a text, an HTML body or
 * both; an SMS has a text; a push message has a text and may have a subject, its title.
 */
export const Template = z.strictObject({
  subject: part.optional(),
  text: part.optional(),
  html: part.optional(),
});
export type Template = Readonly<z.infer<typeof Template>>;

/** What a template lacks for a channel, in words; `undefined` where it lacks nothing. */
export function lackOf(template: Template, channel: ChannelName): string | undefined {
  const { subject, text, html } = template;
  if (channel !== "email") return text ? undefined : `a message by ${channel} needs a text`;
  if (!subject) return "an e-mail needs a subject";
  return text || html ? undefined : "an e-mail needs a text or an HTML body";
}
