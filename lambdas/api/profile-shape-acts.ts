import type * as z from "zod";
import type { PROFILE_SHAPE_ROUTES } from "#contracts/http/profile-shapes.ts";
import type { Link } from "#core/identity/link.ts";
import { type IdentifierKey, identifierKey, identifierText, parseIdentifier } from "#core/kernel/identifier.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";
import { identifierAt } from "#core/profiles/explain-link.ts";
import type { LinkAct, PlannedAct } from "#core/profiles/link-act.ts";
import { keysOf, planMerge } from "#core/profiles/plan-merge.ts";
import { planSplit } from "#core/profiles/plan-split.ts";
import type { Acts } from "./act.ts";
import type { ApiPorts } from "./ports.ts";
import { profileHistory } from "./profile-history.ts";
import { usableIdentifier } from "./usable-identifier.ts";
import { followedIn, profileAt } from "./which-profile.ts";

type Routes = typeof PROFILE_SHAPE_ROUTES;
type Shaped = z.input<Routes["mergeProfile"]["answer"]>;

export const profileShapeActs: Acts<Routes> = {
  mergeProfile: async (ports, { target, body, who }) => {
    const one = await profileAt(ports, target);
    if (isRejection(one)) return one;
    const other = await profileAt(ports, body.with);
    if (isRejection(other)) return rejection(other.code, `with: ${other.message}`);
    const by = { who, at: ports.clock(), reason: body.reason, act: "merge" } as const;
    const plan = planMerge(one, other, by, ports.rules);
    return isRejection(plan) ? plan : carryOut(ports, plan, by, body.dryRun);
  },
  splitProfile: async (ports, { target, body, who }) => {
    const found = await profileAt(ports, target);
    if (isRejection(found)) return found;
    const off = keysNamed(ports, body.identifiers, new Set(keysOf(found.group)));
    if (isRejection(off)) return off;
    const by = { who, at: ports.clock(), reason: body.reason, act: "split" } as const;
    const plan = planSplit(found, off, by, ports.rules);
    return isRejection(plan) ? plan : carryOut(ports, plan, by, body.dryRun);
  },
  profileHistory: async (ports, { target }) => {
    const found = await profileAt(ports, target);
    if (isRejection(found)) return found;
    return profileHistory(ports.lake, found.group, followedIn(ports, found, target));
  },
};

type NamedIdentifier = z.output<Routes["splitProfile"]["body"]>["identifiers"][number];

/** Named twice is named once. One that is not in the profile is nobody's mistake to be guessed at. */
function keysNamed(
  ports: ApiPorts,
  named: readonly NamedIdentifier[],
  own: ReadonlySet<IdentifierKey>,
): ReadonlySet<IdentifierKey> | Rejection {
  const keys = new Set<IdentifierKey>();
  for (const [at, one] of named.entries()) {
    const asked = typeof one === "string" ? parseIdentifier(one) : one;
    if (asked === undefined) {
      return rejection(
        "identifier.malformed",
        `identifiers.${at}: type:value is expected, such as email:ana@example.org`,
      );
    }
    const identifier = usableIdentifier(ports, asked);
    if (isRejection(identifier)) return rejection(identifier.code, `identifiers.${at}: ${identifier.message}`);
    const key = identifierKey(identifier);
    if (!own.has(key)) {
      return rejection(
        "split.not_in_profile",
        `${identifierText(identifier)} is not one of this profile's identifiers`,
      );
    }
    keys.add(key);
  }
  return keys;
}

/** Says what was planned, all of it in one go, unless it is only asked what would be said. */
async function carryOut(
  { assertions }: ApiPorts,
  plan: PlannedAct,
  by: LinkAct & { readonly act: "merge" | "split"; readonly reason: string },
  dryRun: boolean,
): Promise<Shaped> {
  if (!dryRun && plan.assertions.length > 0) await assertions.append(plan.assertions);
  const asserted = plan.assertions.flatMap((said) => (said.kind === "link" ? [said.link] : []));
  const retracted = plan.assertions.flatMap((said) => {
    const link = said.kind === "retraction" ? plan.component.links.get(said.link) : undefined;
    return link === undefined ? [] : [link];
  });
  const profiles = plan.groups.map(({ id, members }) => ({
    id,
    identifiers: members.map(([, { identifier }]) => ({ ...identifier })),
  }));
  return {
    act: by.act,
    dryRun,
    who: by.who,
    reason: by.reason,
    at: isoTime(by.at),
    asserted: asserted.map((link) => tell(link, plan)),
    retracted: retracted.map((link) => tell(link, plan)),
    profiles,
    words: inWords(plan, profiles, dryRun),
  };
}

const tell = ({ id, a, b, verdict, source }: Link, { component }: PlannedAct): Shaped["asserted"][number] => ({
  id,
  a: { ...identifierAt(component, a) },
  b: { ...identifierAt(component, b) },
  verdict,
  source,
});

function inWords({ assertions }: PlannedAct, profiles: Shaped["profiles"], dryRun: boolean): string {
  if (assertions.length === 0) return "They are one profile already: there is nothing to say.";
  const groups = profiles.map(({ identifiers }) => identifiers.map(identifierText).join(", ")).join(" | ");
  return `${dryRun ? "Would make" : "Makes"} ${profiles.length === 1 ? "one profile" : `${profiles.length} profiles`}: ${groups}.`;
}
