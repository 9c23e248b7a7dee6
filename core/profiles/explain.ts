import type { IdentityRules } from "#core/identity/identity-rules.ts";
import { compareStamps, compareText } from "#core/kernel/order.ts";
import { isoTime } from "#core/kernel/time.ts";
import { explainLink } from "./explain-link.ts";
import { pathsOf } from "./explain-paths.ts";
import type { Explanation } from "./explanation.ts";
import type { FoundProfile } from "./find-profile.flow.ts";
import { partitionOf, profileGroupsOf } from "./profiles-of.ts";

/** Says why a profile is what it is. Computed from what made it, so it cannot disagree with it. */
export function explain(found: FoundProfile, rules: IdentityRules): Explanation {
  const { component, group, version } = found;
  const partition = partitionOf(component, rules);
  const own = new Set(group.members.map(([key]) => key));
  const touching = [...component.links.values()]
    .filter((link) => own.has(link.a) || own.has(link.b))
    .sort((x, y) => compareStamps(x.first, y.first) || compareText(x.id, y.id));
  const beyond = new Set(touching.flatMap((link) => [link.a, link.b]).filter((key) => !own.has(key)));
  const paths = pathsOf(component, group, partition, rules);
  return {
    profileId: group.id,
    version,
    identifiers: group.members.map(([key, { identifier, firstSeen, lastSeen }]) => ({
      ...identifier,
      firstSeen: isoTime(firstSeen),
      lastSeen: isoTime(lastSeen),
      shared: partition.shared.has(key),
      path: [...paths.from(key)],
    })),
    links: touching.map((link) => explainLink(link, component, partition, own, rules)),
    weakest: [...paths.weakest],
    apart: profileGroupsOf(component, rules)
      .filter(({ members }) => members.some(([key]) => beyond.has(key)))
      .map(({ id, members }) => ({ profileId: id, identifiers: members.map(([, { identifier }]) => identifier) })),
  };
}
