import type { Partition } from "#core/identity/partition.ts";
import type { IdentifierKey } from "#core/kernel/identifier.ts";
import type { Component } from "./component.ts";

/** Types of identifiers that name a device, not a person. */
const DEVICE_TYPES: ReadonlySet<string> = new Set(["anonymous_id", "device_id"]);

/**
 * The devices that more than one person uses: a login of theirs would have joined the device to another person, and was
 * refused. What is done on such a device without a name belongs to whoever logged in there last (`shared_device_events`
 * in `contracts/lake.ts`). That attributes events; it joins nobody.
 */
export function followsLogins(component: Component, { refused }: Partition): ReadonlySet<IdentifierKey> {
  const devices = new Set<IdentifierKey>();
  const typeOf = (key: IdentifierKey): string => component.members.get(key)?.identifier.type ?? "";
  for (const [id, refusal] of refused) {
    // Whatever refused it, the person was there; unless the rules say that the one or the other identifies nobody.
    if (refusal === "blocked") continue;
    const link = component.links.get(id);
    // A login is an event that carries both. The user's key is the stronger one, so it stands first.
    if (link?.class !== "deterministic" || typeOf(link.a) !== "user_id") continue;
    if (DEVICE_TYPES.has(typeOf(link.b))) devices.add(link.b);
  }
  return devices;
}
