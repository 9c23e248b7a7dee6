import type { LINK_ROUTES } from "#contracts/http/links.ts";
import { keeperOf, type LinkId } from "#core/identity/link.ts";
import { identifierKey, identifierText } from "#core/kernel/identifier.ts";
import { isRejection, rejection } from "#core/kernel/rejection.ts";
import { type Component, joinAllComponents } from "#core/profiles/component.ts";
import { explainLink, tellRetraction } from "#core/profiles/explain-link.ts";
import { findProfile } from "#core/profiles/find-profile.flow.ts";
import { findProfiles } from "#core/profiles/find-profiles.flow.ts";
import { humanLink, type LinkAct, retractionOf, withAssertions } from "#core/profiles/link-act.ts";
import { keysOf, withKey } from "#core/profiles/plan-merge.ts";
import { partitionOf, profileGroupsOf } from "#core/profiles/profiles-of.ts";
import type { Acts } from "./act.ts";
import type { ApiPorts } from "./ports.ts";
import { usableIdentifier } from "./usable-identifier.ts";

export const linkActs: Acts<typeof LINK_ROUTES> = {
  assertLink: async (ports, { body, who }) => {
    const a = usableIdentifier(ports, body.a);
    const b = usableIdentifier(ports, body.b);
    if (isRejection(a)) return a;
    if (isRejection(b)) return b;
    if (identifierText(a) === identifierText(b)) {
      return rejection("link.same_identifier", "both sides are the same identifier once written the same way");
    }
    const by: LinkAct = { who, at: ports.clock(), reason: body.reason };
    const known = await componentOf(ports, [identifierKey(a), identifierKey(b)]);
    const asserted = humanLink([a, b], body.verdict, by, known);
    const { id } = asserted.link;
    // Durable again even where it is known: nobody is told so of a word that might yet be lost.
    await ports.assertions.append([asserted]);
    const component = withAssertions(known, [asserted]);
    const link = component.links.get(id) ?? asserted.link;
    const own = withKey(profileGroupsOf(component, ports.rules), link.a);
    const told = explainLink(
      link,
      component,
      partitionOf(component, ports.rules),
      new Set(own && keysOf(own)),
      ports.rules,
    );
    const { verdict, source, at, reason, because } = told;
    const state = told.state === "refused" ? "refused" : "live";
    return { id, a, b, class: "human", verdict, source, at, reason, state, because };
  },
  retractLink: async (ports, { target, query, who }) => {
    if (!LINK_ID.test(target)) return rejection("link.not_found", "this is no id of a link");
    const id = target as LinkId;
    const component = await takenIn(ports, id);
    if (component === undefined) {
      return rejection("link.not_found", "no such link; one that was just asserted may take another second to be seen");
    }
    const said = retractionOf(id, { who, at: ports.clock(), reason: query.reason });
    const before = component.retracted.get(id);
    // Who comes second changes nothing, and is told who was first.
    if (before === undefined) await ports.assertions.append([said]);
    const { who: by, at, reason } = tellRetraction(before ?? said.retraction ?? {});
    return { id, state: "retracted", who: by, at, reason };
  },
};

/** What is known of these identifiers now, together. */
async function componentOf(ports: ApiPorts, keys: Parameters<typeof findProfiles>[1]): Promise<Component> {
  const found = await findProfiles(ports.store, keys, ports.rules);
  return joinAllComponents(Array.from(found.values(), ({ component }) => component));
}

/** Two digests with the strength of the keeper before them. */
const LINK_ID = /^[0-9][\w-]{22}\.[\w-]{22}$/;
const TRIES = 10;
const TRY_EVERY_MS = 200;

/**
 * Waits, for two seconds at most, until the store shows the link: it may have been asserted a moment ago. A retraction
 * that overtook its link would be lost, and one of a link that never was would be kept for ever.
 */
async function takenIn(ports: ApiPorts, id: LinkId): Promise<Component | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await ports.pause(TRY_EVERY_MS);
    const component = (await findProfile(ports.store, keeperOf(id), ports.rules))?.component;
    if (component?.links.has(id)) return component;
  }
  return undefined;
}
