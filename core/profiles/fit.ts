import type { Component, Member } from "./component.ts";
import { encodeComponent } from "./component-json.ts";
import type { Fragment } from "./fragment.ts";
import { withFewerRecent } from "./fragment-activity.ts";
import { deviceName, latestDevices } from "./fragment-devices.ts";

/** Stores hold items of 400 KB (DynamoDB), and not all text deflates. */
const MOST_BYTES = 350_000;
/** A character of text that someone else wrote may be six bytes in JSON (`\u0000`). */
const BYTES_PER_CHARACTER = 6;
/** What else a trait, an event and an identifier take up in JSON, and a link to it: generously. */
const BYTES_EACH = { trait: 40, event: 40, member: 600 };
/** What a trait may be long where its length is not at hand. */
const LONG_VALUE = 4_096;
/** A device's name holds all that is said of it but this and, where it has an id, what it is like. */
const LONG_VERSION = 800;

/**
 * The component, made to fit into an item. What one identifier may say is bounded, what hundreds say together is not:
 * then each keeps fewer recent events, devices and traits (the first in text order), and what is cut is still in the lake.
 * `undefined` where even that does not help. No person's own evidence comes to this; a flood of made-up evidence does,
 * and is not to stop the person's profile.
 */
export function fitted(component: Component): Component | undefined {
  if (isSurelySmall(component)) return component;
  let fitting = component;
  for (let most = 128; Buffer.byteLength(encodeComponent(fitting)) > MOST_BYTES; most = Math.floor(most / 4)) {
    if (most === 0) return undefined;
    fitting = withAtMost(component, most);
  }
  return fitting;
}

/** An upper bound, quickly: what it answers `true` for need not be measured. */
function isSurelySmall({ members, links, retracted }: Component): boolean {
  let bytes = (members.size + links.size + retracted.size) * BYTES_EACH.member;
  for (const { identifier, fragment } of members.values()) {
    bytes += identifier.value.length * BYTES_PER_CHARACTER;
    if (fragment !== undefined) bytes += atMost(fragment);
    if (bytes > MOST_BYTES) return false;
  }
  return true;
}

function atMost({ traits, consent, recent, devices }: Fragment): number {
  let [bytes, characters] = [0, 0];
  for (const name in traits) {
    const value = traits[name]?.value ?? 0;
    bytes += BYTES_EACH.trait;
    characters += name.length + (typeof value === "string" ? value.length : typeof value === "object" ? LONG_VALUE : 0);
  }
  for (const purpose in consent) {
    bytes += BYTES_EACH.trait;
    characters += purpose.length;
  }
  for (const { name } of recent) {
    bytes += BYTES_EACH.event;
    characters += name.length;
  }
  for (const name in devices) characters += name.length + LONG_VERSION;
  return bytes + characters * BYTES_PER_CHARACTER;
}

function withAtMost(component: Component, most: number): Component {
  const cut = (member: Member): Member =>
    member.fragment === undefined ? member : { ...member, fragment: cutFragment(member.fragment, most) };
  return { ...component, members: new Map([...component.members].map(([key, member]) => [key, cut(member)])) };
}

function cutFragment(fragment: Fragment, most: number): Fragment {
  const names = Object.keys(fragment.traits).sort().slice(0, most);
  const traits = Object.fromEntries(
    names.flatMap((name) => (fragment.traits[name] ? [[name, fragment.traits[name]]] : [])),
  );
  const devices = Object.fromEntries(
    latestDevices(fragment.devices)
      .slice(0, Math.floor(most / 16))
      .map((device) => [deviceName(device), device]),
  );
  return { ...withFewerRecent(fragment, Math.floor(most / 4)), traits, devices };
}
