import { compareIdentifiers, type Identifier, identifierText, type Normalise } from "#core/kernel/identifier.ts";
import { isJsonObject, type JsonObject } from "#core/kernel/json.ts";

export interface IdentityFields {
  readonly userId?: string | undefined;
  readonly anonymousId?: string | undefined;
  readonly previousId?: string | undefined;
  readonly traits: JsonObject;
  readonly context: JsonObject;
}

/**
 * Of the identifiers of other systems the first so many count, in the order in which the sender lists them. Nobody is
 * known to more systems; a list of thousands would make a crowd of one event, and crowds are not followed. All of them
 * are in the lake, in the event's context.
 */
const MOST_EXTERNAL_IDS = 32;

/**
 * Every identifier an event carries about the person it is about, strongest first. Only traits are read for addresses:
 * an e-mail among a track's properties is often somebody else's (an invitation, a gift).
 */
export function identifiersIn(fields: IdentityFields, normalise: Normalise): readonly Identifier[] {
  const found = new Map<string, Identifier>();
  const add = (type: string, raw: unknown): void => {
    if (raw === undefined || raw === null) return;
    const identifier = normalise(type, raw);
    if (identifier !== undefined) found.set(identifierText(identifier), identifier);
  };
  const { traits, context } = fields;
  const contextTraits = isJsonObject(context.traits) ? context.traits : {};
  add("user_id", fields.userId);
  add("anonymous_id", fields.anonymousId);
  // An alias names what the person was called before: an address if it looks like one, otherwise an anonymous id.
  if (fields.previousId !== undefined)
    add(fields.previousId.includes("@") ? "email" : "anonymous_id", fields.previousId);
  add("email", traits.email ?? contextTraits.email);
  add("phone", traits.phone ?? contextTraits.phone);
  if (isJsonObject(context.device)) add("device_id", context.device.id);
  const most = found.size + MOST_EXTERNAL_IDS;
  for (const external of externalIds(context)) {
    if (found.size >= most) break;
    add(external.type, external.value);
  }
  return [...found.values()].sort(compareIdentifiers);
}

/** The same fields as they may stand in what was sent. */
type StatedFields = { readonly [Field in keyof IdentityFields]?: IdentityFields[Field] | undefined };

/** Whether an event says nothing in any of the places that `identifiersIn` reads. */
export function namesNobody({ userId, anonymousId, previousId, traits, context }: StatedFields): boolean {
  if (userId || anonymousId || previousId) return false;
  if (traits?.email || traits?.phone) return false;
  if (context === undefined) return true;
  if (isJsonObject(context.traits) && (context.traits.email || context.traits.phone)) return false;
  return !(isJsonObject(context.device) && context.device.id) && externalIds(context).length === 0;
}

const TYPE_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** `context.externalIds: [{id, type, collection}]`, Segment's way of carrying identifiers of other systems. */
function externalIds(context: JsonObject): readonly { type: string; value: unknown }[] {
  if (!Array.isArray(context.externalIds)) return [];
  return context.externalIds.flatMap((item) => {
    if (!isJsonObject(item) || typeof item.type !== "string") return [];
    if (item.collection !== undefined && item.collection !== "users") return [];
    return TYPE_NAME.test(item.type) ? [{ type: item.type, value: item.id }] : [];
  });
}
