import type { JsonObject } from "#core/kernel/json.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { Profile } from "#core/profiles/profile.ts";
import type { Campaign } from "./campaign.ts";
import { type CompiledTemplate, compileTemplate } from "./compile-template.ts";
import type { MessageContent } from "./message.ts";
import type { Template } from "./template.ts";

/** What a template may speak of. */
export interface TemplateSubject {
  readonly campaignId: string;
  readonly campaign: Campaign;
  readonly profile: Profile;
  readonly address: string;
}

export type RenderMessage = (subject: TemplateSubject) => MessageContent | Rejection<"template.failed">;

/** As JSON. Mail clients cut a message off at less than half of it, and a queue takes four times as much. */
const MAX_CONTENT_BYTES = 256 * 1024;

type Parts = readonly (readonly [keyof MessageContent, CompiledTemplate])[];

/** Makes a template's parts ready once; what comes back is pure and called per person. */
export function messageRenderer(template: Template): RenderMessage | Rejection<"template.not_valid"> {
  const parts: [keyof MessageContent, CompiledTemplate][] = [];
  for (const name of ["subject", "text", "html"] as const) {
    const source = template[name];
    if (source === undefined) continue;
    const compiled = compileTemplate(source, name === "html" ? "html" : "text");
    if (compiled.kind === "rejection") return compiled;
    parts.push([name, compiled]);
  }
  return (subject) => renderParts(parts, contextOf(subject));
}

function renderParts(parts: Parts, context: JsonObject): MessageContent | Rejection<"template.failed"> {
  const content: { -readonly [Name in keyof MessageContent]: MessageContent[Name] } = {};
  for (const [name, part] of parts) {
    const text = part.render(context);
    if (isRejection(text)) return text;
    content[name] = name === "subject" ? oneLine(text) : text;
  }
  const bytes = Buffer.byteLength(JSON.stringify(content));
  return bytes <= MAX_CONTENT_BYTES ? content : rejection("template.failed", `more than ${MAX_CONTENT_BYTES} bytes`);
}

/** A subject is a header: a line break in somebody's name must not begin another one. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

/** Where Pinpoint's names (`User`, `Attributes`) will stand beside ours. */
function contextOf({ campaignId, campaign, profile, address }: TemplateSubject): JsonObject {
  return {
    address,
    campaign: { id: campaignId, name: campaign.name },
    profile: { id: profile.id, firstSeen: profile.firstSeen, lastSeen: profile.lastSeen },
    traits: profile.traits,
    computed: profile.computed,
  };
}
