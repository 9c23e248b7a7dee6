import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { type Identifier, identifierKey, identifierText } from "#core/kernel/identifier.ts";
import { compareText } from "#core/kernel/order.ts";
import { findProfile } from "#core/profiles/find-profile.flow.ts";
import type { ProfileStore } from "#core/profiles/ports.ts";
import { partitionOf, profileOf } from "#core/profiles/profiles-of.ts";
import type { History } from "./histories.ts";
import { factsOf } from "./reference-facts.ts";
import type { PlainProfile } from "./reference-profiles.ts";

/** Every identifier that a history speaks of. */
function identifiersIn({ events, assertions }: History): readonly Identifier[] {
  const all = [
    ...events.flatMap((event) => event.identifiers),
    ...assertions.flatMap((said) => (said.kind === "link" ? said.between : [])),
  ];
  return [...new Map(all.map((identifier) => [identifierText(identifier), identifier])).values()];
}

/** What the store answers when it is asked for each identifier of a history, in the form the reference answers. */
export async function storedProfiles(
  store: ProfileStore,
  history: History,
  rules: IdentityRules,
): Promise<readonly PlainProfile[]> {
  const profiles = new Map<string, PlainProfile>();
  for (const identifier of identifiersIn(history)) {
    const found = await findProfile(store, identifierKey(identifier), rules);
    if (found === undefined) throw new Error(`${identifierText(identifier)} was lost`);
    const { shared } = partitionOf(found.component, rules);
    const { id, identifiers, traits, consent } = profileOf(found.group, found.version);
    const plain = {
      id,
      identifiers: identifiers.map(identifierText).sort(compareText),
      traits,
      consent: Object.fromEntries(Object.entries(consent).map(([purpose, { state }]) => [purpose, state])),
      ...(found.group.members.some(([key]) => shared.has(key)) ? {} : { firstSeen: found.group.fragment.firstSeen }),
      facts: factsOf(found.group),
    };
    const known = profiles.get(id);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(plain)) {
      throw new Error(`${id} answers differently for ${identifierText(identifier)}`);
    }
    profiles.set(id, plain);
  }
  return [...profiles.values()].sort((x, y) => compareText(x.id, y.id));
}
