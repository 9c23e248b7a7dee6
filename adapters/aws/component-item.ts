import { deflateRawSync, inflateRawSync } from "node:zlib";
import { PROFILES_TABLE } from "#contracts/tables.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import { decodeComponent, encodeComponent } from "#core/profiles/component-json.ts";
import type { Stored } from "#core/profiles/ports.ts";

/** Attributes by name, as the SDK gives them or as a stream's record does: there, bytes are base64. */
export type ComponentItem = Readonly<Record<string, unknown>>;

/**
 * What most components say, so that even a short one is deflated well; what is said most stands last. It is part of the
 * stored form: another dictionary is another form, with an attribute of its own.
 */
const DICTIONARY = Buffer.from(
  '"probabilistic","different","human","device_id","loyalty_card","postalCode":"street":"address":{"company":"full_name":"first_name":"last_name":"country":"FR","createdAt":"2026-signed_up_at":"birthday":"gender":"language":"fr-FR"Smart TV"tablet","iPadOS","console","Apple","Samsung","Google","Xiaomi","android","Android","Mobile Chrome","ios","iOS","Mobile Safari","Linux","Firefox","Edge","Mac OS","Safari","desktop","Windows","Chrome","mobile","Product Clicked",2,"Product List Viewed",2,"Cart Viewed",2,"Checkout Started",3,"Product Viewed",3,"Product Added",3,"Order Completed",5,"Order Completed",3,"screen",2,"identify",2,"page",2,["Signed Up","name":"marketing":1,"analytics":1,"advertising":0,"city":"Paris","plan":"email":"@gmail.com"firstName":"lastName":"phone":"+33["phone","+336["email","@orange.fr",[[0,0,0]],[[0,"],"l":[[0,1,"deterministic","same","server","server",1,17,null],"deterministic","same","web","browser",1,17{"v":2,"t":17,"s":["web"],"m":[["user_id","["anonymous_id","',
);

/** That of the first form, which is still read. */
const FIRST_DICTIONARY = Buffer.from(
  '"probabilistic","different","human","phone","device_id","loyalty_card",{"marketing":[1,17"signed_up_at":["plan":["company":["firstName":["lastName":["first_name":["last_name":["name":["phone":["city":["country":["FR",["address":[{"street":"","postalCode":"Product Viewed","Product Added","Order Completed","screen","identify","page"],[17,"]],"l":[[0,1,"deterministic","same","web","browser",1,17,"deterministic","same","server","server",1,17,null],{"email":["@gmail.com","email","@hotmail.fr","@orange.fr",{},{},[[17{"v":1,"m":[["user_id","["anonymous_id","',
);

/** The item that stands for this at a key: a pointer as text, a component as deflated JSON where that is smaller. */
export function toItem(
  key: IdentifierKey,
  stored: Stored,
): Record<string, { S: string } | { N: string } | { B: Uint8Array }> {
  const head = { [PROFILES_TABLE.partitionKey]: { S: key }, [PROFILES_TABLE.version]: { N: String(stored.version) } };
  if (stored.kind === "pointer") return { ...head, [PROFILES_TABLE.pointer]: { S: stored.to } };
  const text = encodeComponent(stored.component);
  const deflated = deflateRawSync(text, { level: 9, dictionary: DICTIONARY });
  const isSmaller = deflated.byteLength < Buffer.byteLength(text);
  return { ...head, [PROFILES_TABLE.component]: isSmaller ? { B: deflated } : { S: text } };
}

/** Reads an item or a stream record's image back. Throws where it is not one of ours. */
export function fromItem(item: ComponentItem): Stored {
  const version = Number(textOf(item[PROFILES_TABLE.version], "N"));
  const to = textOf(item[PROFILES_TABLE.pointer], "S");
  if (to !== undefined) return { kind: "pointer", version, to: to as IdentifierKey };
  const text =
    componentText(item[PROFILES_TABLE.component], DICTIONARY) ??
    componentText(item[PROFILES_TABLE.firstComponent], FIRST_DICTIONARY);
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

function componentText(attribute: unknown, dictionary: Buffer): string | undefined {
  const binary = (attribute as { readonly B?: Uint8Array | string } | undefined)?.B;
  if (binary === undefined) return textOf(attribute, "S");
  const bytes = typeof binary === "string" ? Buffer.from(binary, "base64") : binary;
  return inflateRawSync(bytes, { dictionary }).toString();
}
