import type { Link, LinkId } from "#core/identity/link.ts";
import type { Retraction } from "#core/identity/retraction.ts";
import { identifierText } from "#core/kernel/identifier.ts";
import type { Stamp } from "#core/kernel/order.ts";
import { isoTime } from "#core/kernel/time.ts";
import { type Component, emptyComponent } from "./component.ts";

/**
 * `link_changes`: somebody asserted a link, or took one back. What machines assert is in their events; what people
 * decide is here, with who and why. A retraction of which nobody wrote down who made it has neither who nor when.
 */
export interface LinkChangeRow {
  readonly link_id: string;
  /** `asserted` or `retracted`. */
  readonly change: string;
  /** What was done: `link` (one by itself), `merge` or `split`. */
  readonly act: string;
  /** The same for all that one act asserted and took back. */
  readonly act_id: string | null;
  readonly class: string;
  readonly verdict: string;
  readonly identity_key_a: string;
  readonly identity_key_b: string;
  readonly who: string | null;
  readonly reason: string | null;
  readonly stated_at: string | null;
  /** That of the component in which it took effect: identities that changed with it have the same. */
  readonly version: number;
  readonly changed_at: string;
  readonly dt: string;
}

type Said = Omit<LinkChangeRow, "version" | "changed_at" | "dt">;

/** What people said between two states of a component. Where components merge, what they knew is told again. */
export function linkChanges(before: Component | undefined, after: Component): readonly Said[] {
  const known = before ?? emptyComponent;
  const rows: Said[] = [];
  for (const link of after.links.values()) {
    const isNew = !known.links.has(link.id);
    if (isNew && link.class === "human") rows.push(assertedRow(link, after));
    const retraction = after.retracted.get(link.id);
    // It may have come before its link: then it is told once both are there.
    if (retraction !== undefined && (isNew || !isSame(known.retracted.get(link.id), retraction))) {
      rows.push(retractedRow(link, retraction, after));
    }
  }
  return rows;
}

// Read back from a stream they are two objects.
const isSame = (was: Retraction | undefined, is: Retraction): boolean =>
  was !== undefined && was.first?.at === is.first?.at && was.first?.by === is.first?.by && was.who === is.who;

const assertedRow = (link: Link, component: Component): Said => ({
  ...rowOf(link, component),
  change: "asserted",
  act: link.act ?? "link",
  act_id: actId(link.first),
  who: link.source,
  reason: link.reason ?? null,
  stated_at: isoTime(link.first.at),
});

const retractedRow = (link: Link, { first, who, reason, act }: Retraction, component: Component): Said => ({
  ...rowOf(link, component),
  change: "retracted",
  act: act ?? "link",
  act_id: first === undefined ? null : actId(first),
  who: who ?? null,
  reason: reason ?? null,
  stated_at: first === undefined ? null : isoTime(first.at),
});

/** Names an act: everything that was said with one stamp was one act. */
const actId = ({ at, by }: Stamp): string => `${isoTime(at)}/${by}`;

function rowOf(
  { id, a, b, class: linkClass, verdict }: Link,
  { members }: Component,
): { readonly link_id: LinkId } & Pick<Said, "class" | "verdict" | "identity_key_a" | "identity_key_b"> {
  const [one, other] = [members.get(a), members.get(b)];
  if (one === undefined || other === undefined) throw new Error("a link names an identifier its component has not");
  return {
    link_id: id,
    class: linkClass,
    verdict,
    identity_key_a: identifierText(one.identifier),
    identity_key_b: identifierText(other.identifier),
  };
}
