import type { ApiCode } from "#contracts/http/rejections.ts";
import type { Defined, Definitions } from "#core/kernel/ports.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { isoTime } from "#core/kernel/time.ts";

/** A definition as it is answered: flat, with what its keeper knows of it. */
export const flat = <T extends object>({ id, version, updatedAt, definition }: Defined<T>) => ({
  id,
  version,
  updatedAt: isoTime(updatedAt),
  ...definition,
});

/** `Fidèles, 90 jours` → `fideles-90-jours`: an id that can be read in paths and logs. */
const idFrom = (name: string, fallback: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 50)
    .replace(/^-+|-+$/g, "") || fallback;

const MAX_NAMESAKES = 100;

/** What a definition may be of, as its refusals call it. */
type Kind = "segment" | "campaign" | "source" | "tracking_plan" | "list" | "computed_trait";

/** Ids made of a name, the next where one is taken: `news`, `news-2`, `news-3`… */
export function* candidateIds(name: string, kind: Kind): Generator<string> {
  const base = idFrom(name, kind);
  for (let nth = 1; nth <= MAX_NAMESAKES; nth++) yield nth === 1 ? base : `${base}-${nth}`;
}

/** Said where no id was free: the one asked for, or all that could be made of the name. */
export const namesakes = (kind: Kind, wanted: string | undefined): Rejection<ApiCode> =>
  rejection(
    "definition.exists",
    wanted === undefined
      ? `${MAX_NAMESAKES} others have this name; choose another, or give an id`
      : `there is a ${kind} ${wanted} already; change it with PUT`,
  );

/** Stores something new, under the id asked for or one made of its name. */
export async function create<T extends { readonly name: string }>(
  definitions: Definitions<T>,
  kind: Kind,
  definition: T,
  wanted: string | undefined,
): Promise<Defined<T> | Rejection<ApiCode>> {
  for (const id of wanted === undefined ? candidateIds(definition.name, kind) : [wanted]) {
    const stored = await definitions.put(id, definition, 0);
    if (stored !== undefined) return stored;
  }
  return namesakes(kind, wanted);
}

export async function get<T>(
  definitions: Definitions<T>,
  kind: Kind,
  id: string,
): Promise<Defined<T> | Rejection<ApiCode>> {
  const found = await definitions.get(id);
  return found ?? rejection(`${kind}.not_found`, `there is no ${kind} of this id`);
}

/** Stores a change of the version that the asker saw, or tells them that it is not the latest any more. */
export async function replace<T>(
  definitions: Definitions<T>,
  kind: Kind,
  id: string,
  change: { readonly definition: T; readonly version: number | undefined },
): Promise<Defined<T> | Rejection<ApiCode>> {
  const found = await definitions.get(id);
  if (found === undefined) return rejection(`${kind}.not_found`, `there is no ${kind} of this id`);
  if (change.version === undefined) {
    return rejection("definition.version_needed", "name the version you change: a version member, or If-Match");
  }
  const stored = change.version === 0 ? undefined : await definitions.put(id, change.definition, change.version);
  return (
    stored ?? rejection("definition.changed", `the latest version is ${found.version}; read it and change that one`)
  );
}
