import type { ApiCode } from "#contracts/http/rejections.ts";
import { identifierKey, parseIdentifier } from "#core/kernel/identifier.ts";
import type { Defined } from "#core/kernel/ports.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoDay, isoTime } from "#core/kernel/time.ts";
import {
  type ImportMode,
  type ListDefinition,
  type ListLink,
  nextLink,
  reservedFor,
  withLink,
} from "#core/segments/list-definition.ts";
import { packedLink } from "#core/segments/list-link.ts";
import type { ListMemberRow } from "#core/segments/list-member-row.ts";
import type { ApiPorts } from "./ports.ts";

interface Import {
  readonly mode: ImportMode;
  readonly keys: ReadonlySet<string>;
  readonly more: boolean;
}

/** Rows written at once. */
const ROWS = 5_000;

/**
 * Writes a link of a list. Its version is reserved first, so that no two imports share one whoever dies; the rows count
 * once all are in the lake, and the next import goes by them once that is written down too. Killed on the way and asked
 * again, the second attempt stands in the place of the first.
 */
export async function importInto(
  ports: ApiPorts,
  list: Defined<ListDefinition>,
  { mode, keys, more }: Import,
): Promise<Defined<ListDefinition> | Rejection<ApiCode>> {
  const { lists } = ports.ofSegments;
  const now = ports.clock();
  const link = nextLink(list.definition, mode, now);
  if (link === undefined) {
    return rejection("list.nothing_to_continue", "no upload is under way: begin one with replace or append, and more");
  }
  const reserved = await lists.put(list.id, reservedFor(list.definition, mode, link), list.version);
  if (reserved === undefined) return changed(list.id);
  await writeLink(ports, list.id, link, { keys, ends: !more });
  await writeKeys(ports, list.id, link, { keys, ends: !more });
  const next = withLink(reserved.definition, mode, link, { identifiers: keys.size, more, now });
  const stored = await lists.put(list.id, next, reserved.version);
  if (stored === undefined) return changed(list.id);
  if (!more) await tellOfMove(ports, list.id);
  return stored;
}

const changed = (id: string): Rejection<ApiCode> =>
  rejection("definition.changed", `somebody else imported into ${id} at the same time; look at it and ask again`);

/**
 * Empties a list for good: nobody is on it, and one made later under its id begins with nobody. That it was empty in
 * between is written down as an import of nobody: somebody may have been judged by it.
 */
export async function emptied(
  ports: ApiPorts,
  { id, version, definition }: Defined<ListDefinition>,
): Promise<Rejection<ApiCode> | undefined> {
  const { lists } = ports.ofSegments;
  const link = nextLink(definition, "replace", ports.clock());
  if (link === undefined) throw new Error("a list can always be replaced");
  const reserved = await lists.put(id, { ...definition, lastVersion: link.version }, version);
  if (reserved === undefined) return changed(id);
  const nobody = { keys: new Set<string>(), ends: true };
  await writeLink(ports, id, link, nobody);
  await writeKeys(ports, id, link, nobody);
  const { name } = definition;
  const gone: ListDefinition = { name, lastVersion: link.version, chain: null, open: null, deleted: true };
  if ((await lists.put(id, gone, reserved.version)) === undefined) return changed(id);
  await tellOfMove(ports, id);
  return undefined;
}

/** The import stands: whoever would be looked at now is looked at within the minute, if this fails. */
async function tellOfMove({ ofSegments, onTrouble }: ApiPorts, listId: string): Promise<void> {
  try {
    await ofSegments.listMoved?.();
  } catch (error) {
    onTrouble(error, `list ${listId}`);
  }
}

/** The same where segments look them up one by one, before anybody is told that the list is another. */
async function writeKeys(
  { ofSegments }: ApiPorts,
  listId: string,
  { version, base, nth }: ListLink,
  { keys, ends }: { readonly keys: ReadonlySet<string>; readonly ends: boolean },
): Promise<void> {
  const identifiers = [...keys].flatMap((text) => parseIdentifier(text) ?? []);
  const { link, parts } = packedLink({ version, base, nth, ends }, identifiers.map(identifierKey));
  await ofSegments.listKeys.write(listId, link, parts);
}

async function writeLink(
  { ofSegments, clock }: ApiPorts,
  listId: string,
  { version, base, nth }: ListLink,
  { keys, ends }: { readonly keys: ReadonlySet<string>; readonly ends: boolean },
): Promise<void> {
  const at = clock();
  const common = { list_id: listId, version, base, nth, imported_at: isoTime(at), dt: isoDay(at) };
  const header: ListMemberRow = { ...common, identity_key: null, members: keys.size, ends };
  let rows: ListMemberRow[] = [header];
  for (const identity_key of keys) {
    rows.push({ ...common, identity_key, members: null, ends: null });
    if (rows.length < ROWS) continue;
    await ofSegments.listRows.append("list_members", rows);
    rows = [];
  }
  if (rows.length > 0) await ofSegments.listRows.append("list_members", rows);
}
