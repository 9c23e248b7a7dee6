import { compareText } from "#core/kernel/order.ts";

/** A person who is in one of two lists, or in both. `change` is null for those who stayed. */
export interface SnapshotStep {
  readonly profileId: string;
  readonly change: "entered" | "left" | null;
}

/**
 * Walks two lists of profile ids at once, each in text order and without repetitions, and says of everybody in either
 * what became of them. Holds one id of each list, however long they are.
 */
export async function* snapshotSteps(
  before: AsyncIterable<string>,
  after: AsyncIterable<string>,
): AsyncGenerator<SnapshotStep> {
  const [old, fresh] = [inOrder(before), inOrder(after)];
  let [was, is] = [await old.next(), await fresh.next()];
  while (!was.done || !is.done) {
    const order = was.done ? 1 : is.done ? -1 : compareText(was.value, is.value);
    if (order < 0) yield { profileId: String(was.value), change: "left" };
    else yield { profileId: String(is.value), change: order > 0 ? "entered" : null };
    if (order <= 0) was = await old.next();
    if (order >= 0) is = await fresh.next();
  }
}

async function* inOrder(ids: AsyncIterable<string>): AsyncGenerator<string, undefined> {
  let last: string | undefined;
  for await (const id of ids) {
    if (last !== undefined && compareText(last, id) >= 0) throw new Error("a snapshot is not in text order");
    last = id;
    yield id;
  }
}
