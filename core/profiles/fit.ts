import type { Component, Member } from "./component.ts";
import { encodeComponent } from "./component-json.ts";
import type { Fragment } from "./fragment.ts";
import { withFewerRecent } from "./fragment-activity.ts";

/** Stores hold items of 400 KB (DynamoDB), and not all text deflates. */
const MOST_BYTES = 350_000;
/** With fewer traits and members than these no component comes near, and nothing needs to be measured. */
const FEW_TRAITS = 64;
const FEW_MEMBERS = 24;

/**
 * The component, made to fit into an item. What one identifier may say is bounded, what hundreds say together is not:
 * then each keeps fewer recent events and traits (the first in text order), and what is cut is still in the lake.
 * `undefined` where even that does not help. No person's own evidence comes to this; a flood of made-up evidence does,
 * and is not to stop the person's profile.
 */
export function fitted(component: Component): Component | undefined {
  if (isSmall(component)) return component;
  let fitting = component;
  for (let most = 128; Buffer.byteLength(encodeComponent(fitting)) > MOST_BYTES; most = Math.floor(most / 4)) {
    if (most === 0) return undefined;
    fitting = withAtMost(component, most);
  }
  return fitting;
}

function isSmall({ members }: Component): boolean {
  if (members.size > FEW_MEMBERS) return false;
  let traits = 0;
  for (const { fragment } of members.values())
    traits += fragment === undefined ? 0 : Object.keys(fragment.traits).length;
  return traits <= FEW_TRAITS;
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
  return { ...withFewerRecent(fragment, Math.floor(most / 8)), traits };
}
