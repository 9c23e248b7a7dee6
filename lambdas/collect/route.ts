import type { EventType } from "#core/events/event.ts";

/** What a path asks for. */
export type CollectRoute =
  | { readonly kind: "events"; readonly type?: EventType }
  /** A client's metrics: taken, thanked for, thrown away. */
  | { readonly kind: "metrics" };

const anyType: CollectRoute = { kind: "events" };
const metrics: CollectRoute = { kind: "metrics" };
const of = (type: EventType): CollectRoute => ({ kind: "events", type });

/** Segment's and RudderStack's paths with their short forms, and Jitsu's under `api/s`. All take POST. */
const ROUTES: Readonly<Record<string, CollectRoute>> = {
  batch: anyType,
  b: anyType,
  "batch/b": anyType,
  import: anyType,
  identify: of("identify"),
  i: of("identify"),
  track: of("track"),
  t: of("track"),
  page: of("page"),
  p: of("page"),
  screen: of("screen"),
  s: of("screen"),
  group: of("group"),
  g: of("group"),
  alias: of("alias"),
  a: of("alias"),
  m: metrics,
  rsaMetrics: metrics,
  "beacon/v1/batch": anyType,
  "api/s/s2s/batch": anyType,
  ...Object.fromEntries(
    (["identify", "track", "page", "screen", "group", "alias"] as const).flatMap((type) => [
      [`api/s/${type}`, of(type)],
      [`api/s/s2s/${type}`, of(type)],
    ]),
  ),
};

/** The route of a path, with or without `/v1` before it and a slash behind it. */
export function collectRoute(path: string): CollectRoute | undefined {
  const plain = path.replace(/^\/+/, "").replace(/\/+$/, "").replace(/^v1\//, "");
  return Object.hasOwn(ROUTES, plain) ? ROUTES[plain] : undefined;
}
