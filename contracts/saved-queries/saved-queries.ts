import { ACTIVITY_QUERIES } from "./activity.ts";
import { COMMERCE_QUERIES } from "./commerce.ts";
import { JOURNEY_QUERIES } from "./journeys.ts";
import { PEOPLE_QUERIES } from "./people.ts";
import { QUALITY_QUERIES } from "./quality.ts";
import type { SavedQueries } from "./saved-query.ts";

/**
 * The usual questions, by name, in Athena's dialect: asked through the API and the command line, and kept as named
 * queries of the analysts' workgroup in the cloud. `fillSavedQuery` makes a statement of one.
 */
export const SAVED_QUERIES = {
  ...ACTIVITY_QUERIES,
  ...COMMERCE_QUERIES,
  ...JOURNEY_QUERIES,
  ...PEOPLE_QUERIES,
  ...QUALITY_QUERIES,
} as const satisfies SavedQueries;

export type SavedQueryName = keyof typeof SAVED_QUERIES;
