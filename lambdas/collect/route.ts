import { EVENT_TYPES, type EventType } from "#core/events/event.ts";

/** Whose protocol a path belongs to, where that changes the answer. */
export type Dialect = "segment" | "jitsu";

/** What a path asks for. */
export type CollectRoute =
  /** Takes events by POST. `type` is that of events that do not say theirs. */
  | { readonly kind: "events"; readonly dialect: Dialect; readonly type?: EventType }
  /** Takes one event by GET, from its query, and answers a picture. */
  | { readonly kind: "pixel"; readonly type: EventType }
  /** A client's metrics: taken, thanked for, thrown away. */
  | { readonly kind: "metrics" }
  | { readonly kind: "segment_settings"; readonly writeKey: string }
  | { readonly kind: "rudder_settings" };

const SHORT = { identify: "i", track: "t", page: "p", screen: "s", group: "g", alias: "a" } as const;

const any = (dialect: Dialect): CollectRoute => ({ kind: "events", dialect });

/** Segment's and RudderStack's paths with their short forms, pixels, and Jitsu's under `api/s`. */
const ROUTES: ReadonlyMap<string, CollectRoute> = new Map<string, CollectRoute>([
  ["batch", any("segment")],
  ["b", any("segment")],
  ["batch/b", any("segment")],
  ["import", any("segment")],
  ["beacon/v1/batch", any("segment")],
  ["api/s/batch", any("jitsu")],
  ["api/s/s2s/batch", any("jitsu")],
  ["m", { kind: "metrics" }],
  ["rsaMetrics", { kind: "metrics" }],
  ["sourceConfig", { kind: "rudder_settings" }],
  ...EVENT_TYPES.flatMap((type) => routesOf(type)),
]);

function routesOf(type: EventType): readonly (readonly [string, CollectRoute])[] {
  const segment: CollectRoute = { kind: "events", dialect: "segment", type };
  const jitsu: CollectRoute = { kind: "events", dialect: "jitsu", type };
  const pixel: CollectRoute = { kind: "pixel", type };
  return [
    [type, segment],
    [SHORT[type], segment],
    [`api/s/${type}`, jitsu],
    [`api/s/s2s/${type}`, jitsu],
    [`pixel/${type}`, pixel],
    [`pixel/v1/${type}`, pixel],
  ];
}

/** Segment's browser client asks here what to load; a client given `…/projects` for its address says the word twice. */
const SETTINGS = /^(?:projects\/){1,2}([^/]+)\/settings$/;

/** The routes by their paths as nearly everybody writes them, so that those are found without taking them apart. */
const USUAL: ReadonlyMap<string, CollectRoute> = new Map(
  [...ROUTES].flatMap(([path, route]) => [
    [`/v1/${path}`, route],
    [`/${path}`, route],
  ]),
);

/** The route of a path, with or without `/v1` before it and a slash behind it. */
export function collectRoute(path: string): CollectRoute | undefined {
  const usual = USUAL.get(path);
  if (usual !== undefined) return usual;
  // Longer paths are nobody's, and not worth looking at.
  if (path.length > 512) return undefined;
  const plain = path.replace(/^\/+/, "").replace(/\/+$/, "").replace(/^v1\//, "");
  const known = ROUTES.get(plain);
  if (known !== undefined) return known;
  const writeKey = SETTINGS.exec(plain)?.[1];
  return writeKey === undefined ? undefined : { kind: "segment_settings", writeKey: decoded(writeKey) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // Not encoded after all: then it stands as it is, and is nobody's key.
  }
}
