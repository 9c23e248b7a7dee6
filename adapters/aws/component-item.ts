import { deflateRawSync, inflateRawSync } from "node:zlib";
import { PROFILES_TABLE } from "#contracts/tables.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { decodeComponent, encodeComponent, withoutPacked, withPacked } from "#core/profiles/component-json.ts";
import type { Stored } from "#core/profiles/ports.ts";

/** Attributes by name, as the SDK gives them or as a stream's record does: there, bytes are base64. */
export type ComponentItem = Readonly<Record<string, unknown>>;

/**
 * What most components say, so that even a short one is deflated well; what is said most stands last. It is part of the
 * stored form: another dictionary is another form, with an attribute of its own.
 */
const DICTIONARY = Buffer.from(
  '"probabilistic","different","human","device_id","loyalty_card","postalCode":"street":"address":{"company":"full_name":"first_name":"last_name":"country":"FR","createdAt":"2026-01-01T00:00:00.000Z"signed_up_at":"birthday":"gender":"language":"fr-FR"Smart TV"tablet","iPadOS","console","Apple","Samsung","Google","Xiaomi","android","Android","Mobile Chrome","ios","iOS","Linux","Firefox","Edge","Mac OS","Safari","desktop","Windows","Chrome",[[0,"mobile","iOS","Mobile Safari","19.1"]]"marketing":1,{},{"analytics":1,"advertising":0}],[[0,0,0]]],["phone","+336"city":"Paris","plan":"@gmail.com"lastName":""phone":"+33{"email":"firstName":"]],["email","@orange.fr","k":["Product Clicked",2,"Product List Viewed",2,"Cart Viewed",2,"Checkout Started",3,"Product Viewed",2,"Product Added",2,"Order Completed",3,"screen",2,"identify",2,"page",2,"Signed Up",2],"m":[["anonymous_id","0,0,[0,0,[["l":[["deterministic","same","server","server",1,0,"[0,1]],["deterministic","same","web","browser",1,,[0,1,0,2,0,3]]{"v":2,"t":178,"s":["server","web"],"k":["Order Completed",3],"m":[["user_id","',
);

/** That of the first form, which is still read. */
const FIRST_DICTIONARY = Buffer.from(
  '"probabilistic","different","human","phone","device_id","loyalty_card",{"marketing":[1,17"signed_up_at":["plan":["company":["firstName":["lastName":["first_name":["last_name":["name":["phone":["city":["country":["FR",["address":[{"street":"","postalCode":"Product Viewed","Product Added","Order Completed","screen","identify","page"],[17,"]],"l":[[0,1,"deterministic","same","web","browser",1,17,"deterministic","same","server","server",1,17,null],{"email":["@gmail.com","email","@hotmail.fr","@orange.fr",{},{},[[17{"v":1,"m":[["user_id","["anonymous_id","',
);

/** The item that stands for this at a key: a pointer as text, a component as deflated JSON and packed bytes. */
export function toItem(
  key: IdentifierKey,
  stored: Stored,
): Record<string, { S: string } | { N: string } | { B: Uint8Array }> {
  const head = { [PROFILES_TABLE.partitionKey]: { S: key }, [PROFILES_TABLE.version]: { N: String(stored.version) } };
  if (stored.kind === "pointer") return { ...head, [PROFILES_TABLE.pointer]: { S: stored.to } };
  const { rest, packed } = withoutPacked(encodeComponent(stored.component));
  const component = { [PROFILES_TABLE.component]: { B: deflateRawSync(rest, { level: 9, dictionary: DICTIONARY }) } };
  if (packed === "") return { ...head, ...component };
  return { ...head, ...component, [PROFILES_TABLE.packed]: { B: Buffer.from(packed, "base64url") } };
}

/** Reads an item or a stream record's image back. Throws where it is not one of ours. */
export function fromItem(item: ComponentItem): Stored {
  const version = Number(textOf(item[PROFILES_TABLE.version], "N"));
  const to = textOf(item[PROFILES_TABLE.pointer], "S");
  if (to !== undefined) return { kind: "pointer", version, to: to as IdentifierKey };
  const text = componentText(item) ?? firstComponentText(item[PROFILES_TABLE.firstComponent]);
  if (text === undefined || !Number.isSafeInteger(version)) {
    throw new Error("an item of the profile table is neither a component nor a pointer");
  }
  return { kind: "component", version, component: decodeComponent(text) };
}

export function keyIn(item: ComponentItem): IdentifierKey {
  const key = textOf(item[PROFILES_TABLE.partitionKey], "S");
  if (key === undefined) throw new Error("an item of the profile table has no key");
  return key as IdentifierKey;
}

function textOf(attribute: unknown, type: "S" | "N"): string | undefined {
  const value = (attribute as Readonly<Record<string, unknown>> | undefined)?.[type];
  return typeof value === "string" ? value : undefined;
}

function componentText(item: ComponentItem): string | undefined {
  const deflated = bytesOf(item[PROFILES_TABLE.component]);
  if (deflated === undefined) return undefined;
  const rest = inflateRawSync(deflated, { dictionary: DICTIONARY }).toString();
  const packed = bytesOf(item[PROFILES_TABLE.packed]);
  return packed === undefined ? rest : withPacked(rest, packed.toString("base64url"));
}

/** In the first form, where deflating did not make it smaller, it is text. */
function firstComponentText(attribute: unknown): string | undefined {
  const deflated = bytesOf(attribute);
  if (deflated === undefined) return textOf(attribute, "S");
  return inflateRawSync(deflated, { dictionary: FIRST_DICTIONARY }).toString();
}

function bytesOf(attribute: unknown): Buffer | undefined {
  const binary = (attribute as { readonly B?: Uint8Array | string } | undefined)?.B;
  if (binary === undefined) return undefined;
  return typeof binary === "string" ? Buffer.from(binary, "base64") : Buffer.from(binary);
}
