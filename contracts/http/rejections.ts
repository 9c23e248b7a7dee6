/**
 * Every code a request under `/api` may be refused with, and the HTTP status it is answered with. Codes are stable:
 * programs decide by them, so a code is never given another meaning.
 */
const REJECTIONS = {
  "route.unknown": 404,
  "route.method": 405,
  "auth.no_token": 401,
  "auth.bad_token": 401,
  "body.missing": 400,
  "body.not_json": 400,
  "body.too_deep": 400,
  "body.too_large": 413,
  "body.invalid": 400,
  "query.invalid": 400,
  "page.bad_cursor": 400,
  "identifier.malformed": 400,
  "identifier.unusable": 400,
  "profile.not_found": 404,
  "link.same_identifier": 400,
  "link.not_found": 404,
  "definition.bad_id": 400,
  "definition.changed": 409,
  "definition.exists": 409,
  "definition.version_needed": 428,
  "segment.not_found": 404,
  "segment.in_use": 409,
  "segment.bad_definition": 400,
  "segment.bad_condition": 400,
  "segment.too_deep": 400,
  "segment.too_large": 400,
  "segment.sequence_not_served": 400,
  "segment.unknown_segment": 400,
  "segment.cycle": 400,
  "campaign.not_found": 404,
  "campaign.unknown_segment": 400,
  "source.not_found": 404,
  "source.unknown_plan": 400,
  "source.two_keys": 409,
  "source.last_key": 409,
  "source.key_not_found": 404,
  "sql.refused": 400,
  "import.refused": 400,
  "import.not_found": 404,
  "import.bad_file": 400,
  "import.unknown_mapping": 400,
  "import.busy": 409,
  "import.not_served_here": 404,
  "recovery.not_served_yet": 404,
  "destination.not_served_yet": 404,
  "engagement.not_served_yet": 404,
  "service.unavailable": 503,
  "service.error": 500,
} as const satisfies Readonly<Record<string, number>>;

export type ApiCode = keyof typeof REJECTIONS;

/** The status of a code. What core refuses under a code that has no line of its own is a mistake of the asker: 400. */
export const statusOf = (code: string): number => (Object.hasOwn(REJECTIONS, code) ? REJECTIONS[code as ApiCode] : 400);
