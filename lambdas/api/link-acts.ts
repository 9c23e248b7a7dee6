import type { LINK_ROUTES } from "#contracts/http/links.ts";
import { assertLink, keeperOf, type Link, type LinkClaim, type LinkId } from "#core/identity/link.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import { digestOf } from "#core/kernel/digest.ts";
import { type Identifier, identifierText } from "#core/kernel/identifier.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";
import type { Component } from "#core/profiles/component.ts";
import { findProfile } from "#core/profiles/find-profile.flow.ts";
import type { Acts } from "./act.ts";
import type { ApiPorts } from "./ports.ts";

export const linkActs: Acts<typeof LINK_ROUTES> = {
  assertLink: async (ports, { body, who }) => {
    const a = usable(ports, body.a);
    const b = usable(ports, body.b);
    if (isRejection(a)) return a;
    if (isRejection(b)) return b;
    if (identifierText(a) === identifierText(b)) {
      return rejection("link.same_identifier", "both sides are the same identifier once written the same way");
    }
    const at = ports.clock();
    const link = await freshLink(ports, {
      between: [a, b],
      class: "human",
      verdict: body.verdict,
      source: who,
      trust: "server",
      at: { at, by: digestOf(who).slice(0, 8) },
      ...(body.reason === undefined ? {} : { reason: body.reason }),
    });
    await ports.assertions.append([{ kind: "link", link, between: [a, b] }]);
    const { id, verdict, source, reason } = link;
    return { id, a, b, class: "human", verdict, source, at: isoTime(at), reason: reason ?? null };
  },
  retractLink: async (ports, { target }) => {
    if (!LINK_ID.test(target)) return rejection("link.not_found", "this is no id of a link");
    const id = target as LinkId;
    if (!(await isTakenIn(ports, id))) {
      return rejection("link.not_found", "no such link; one that was just asserted may take another second to be seen");
    }
    await ports.assertions.append([{ kind: "retraction", link: id }]);
    return { id, state: "retracted" };
  },
};

function usable(
  { rules }: ApiPorts,
  { type, value }: { readonly type: string; readonly value: string | number },
): Identifier | Rejection {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(type) || type === "id") {
    return rejection(
      "identifier.malformed",
      "a type is lower-case letters, digits and _, such as email or loyalty_card",
    );
  }
  const identifier = normaliserFor(rules)(type, value);
  return (
    identifier ?? rejection("identifier.unusable", `this value of ${type} can identify nobody: see the identity rules`)
  );
}

/**
 * A claim somebody made, took back and makes again must not be the retracted link: a retraction is for ever. So the
 * second time it is the claim of a second round, which is another id.
 */
async function freshLink(ports: ApiPorts, claim: LinkClaim): Promise<Link> {
  const first = assertLink(claim);
  const component = await componentKeeping(ports, first.id);
  for (let round = 2; ; round++) {
    const link = round === 2 ? first : assertLink({ ...claim, source: `${claim.source}#${round - 1}` });
    if (!component?.retracted.has(link.id)) return link;
  }
}

const componentKeeping = async (ports: ApiPorts, id: LinkId): Promise<Component | undefined> =>
  (await findProfile(ports.store, keeperOf(id), ports.rules))?.component;

/** Two digests with the strength of the keeper before them. */
const LINK_ID = /^[0-9][\w-]{22}\.[\w-]{22}$/;
const TRIES = 10;
const TRY_EVERY_MS = 200;

/**
 * Waits, for two seconds at most, until the store shows the link: it may have been asserted a moment ago. A retraction
 * that overtook its link would be lost, and one of a link that never was would be kept for ever.
 */
async function isTakenIn(ports: ApiPorts, id: LinkId): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await ports.pause(TRY_EVERY_MS);
    if ((await componentKeeping(ports, id))?.links.has(id)) return true;
  }
  return false;
}
