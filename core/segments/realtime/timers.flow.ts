import { type ReactPorts, type ReactTerms, tally } from "./react.flow.ts";
import { reconsider } from "./reconsider.flow.ts";

/**
 * Looks again at up to `limit` profiles whose time has come. Answers how many there were: as many as `limit` where there
 * may be more. Done twice, or by two at once, it comes to the same.
 */
export async function reactToTime(
  ports: ReactPorts,
  terms: ReactTerms,
  limit: number,
): Promise<{ readonly looked: number; readonly entered: number; readonly left: number }> {
  const due = await ports.memberships.due(terms.now, limit);
  const made = await reconsider(ports, new Map(due.map((id) => [id, { causeOf: () => "time" }])), terms);
  return { looked: due.length, ...tally(made) };
}
