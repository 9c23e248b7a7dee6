import { isDeepStrictEqual } from "node:util";
import type { ShownSource } from "#contracts/http/sources.ts";
import { sourceOf } from "#core/events/source-settings.ts";
import type { WantedSource } from "./source-files.ts";

/** What has to be done so that a source is as it is wanted. */
export type Step =
  | { readonly kind: "create"; readonly wanted: WantedSource }
  | {
      readonly kind: "change";
      readonly wanted: WantedSource;
      readonly version: number;
      /** The names of what differs. */
      readonly differs: readonly string[];
    }
  | { readonly kind: "leave"; readonly wanted: WantedSource };

/** A step for each source that is wanted. Those that are there and not wanted are left alone: a file may be missing. */
export function stepsTo(wanted: readonly WantedSource[], there: readonly ShownSource[]): readonly Step[] {
  const byId = new Map(there.map((source) => [source.id, source]));
  return wanted.map((one) => {
    const source = byId.get(one.id);
    if (source === undefined) return { kind: "create", wanted: one };
    const differs = differences(one, source);
    return differs.length === 0
      ? { kind: "leave", wanted: one }
      : { kind: "change", wanted: one, version: source.version, differs };
  });
}

function differences({ id, settings }: WantedSource, there: ShownSource): readonly string[] {
  const [one, other] = [settingsOf(sourceOf(id, settings, [])), settingsOf(there)];
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => !isDeepStrictEqual(one[name], other[name])).sort();
}

/** What only the store says of a source. */
const NOT_SAID: ReadonlySet<string> = new Set(["id", "version", "updatedAt", "keys"]);

/** As it travels: without what is not said. */
function settingsOf(source: object): Readonly<Record<string, unknown>> {
  const sent = JSON.parse(JSON.stringify(source)) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(sent).filter(([name]) => !NOT_SAID.has(name)));
}
