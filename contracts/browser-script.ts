/**
 * Where pages fetch the browser's client from: Segment's analytics.js, as its package has it. The paths are those that
 * its own CDN has, because the client asks for its parts by them.
 */

/** The package, and the folder of it that holds what browsers load. */
export const SCRIPT_PACKAGE = "@segment/analytics-next";
export const SCRIPT_FOLDER = "dist/umd";
/** The whole client in one file; parts that few pages need are fetched when they do. */
export const SCRIPT_FILE = "standalone.js";
/** Those parts. Their names change with their content. */
export const SCRIPT_PARTS = /^[a-z0-9-]+\.bundle\.[0-9a-f]+\.js$/i;

/** `/analytics.js/v1/{writeKey}/analytics.min.js`, as Segment's snippet asks for it, and as people shorten it. */
export const SCRIPT_PATH = /^\/analytics\.js\/(?:v1\/)?[^/]+\/(?:platform\/)?analytics(?:\.min)?\.js$/;

/** Below this lie the versions, each for ever, and in `bundles` the parts. */
export const SCRIPT_ROOT = "/analytics-next";
/** What the path that names no version leads to. */
export const SCRIPT_STABLE = "stable";
export const SCRIPT_PARTS_FOLDER = "bundles";

/** A path that names a version or a content never changes what it means; one that does not is asked again soon. */
export const SCRIPT_CACHE = {
  pinned: "public, max-age=31536000, immutable",
  stable: "public, max-age=300",
} as const;
