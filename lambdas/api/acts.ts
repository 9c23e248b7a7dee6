import type { ROUTES } from "#contracts/http/routes.ts";
import { aboutActs } from "./about-acts.ts";
import type { Acts } from "./act.ts";
import { badEventActs } from "./bad-event-acts.ts";
import { campaignActs } from "./campaign-acts.ts";
import { computedTraitActs } from "./computed-trait-acts.ts";
import { identityActs } from "./identity-acts.ts";
import { importActs } from "./import-acts.ts";
import { linkActs } from "./link-acts.ts";
import { listActs } from "./list-acts.ts";
import { messageActs } from "./message-acts.ts";
import { notServedActs } from "./not-served-acts.ts";
import { profileActs } from "./profile-acts.ts";
import { profileShapeActs } from "./profile-shape-acts.ts";
import { queryActs } from "./query-acts.ts";
import { segmentActs } from "./segment-acts.ts";
import { segmentInsightActs } from "./segment-insight-acts.ts";
import { sourceActs } from "./source-acts.ts";
import { trackingPlanActs } from "./tracking-plan-acts.ts";

/** What is done for each route. A route without a line here does not compile. */
export const ACTS: Acts<typeof ROUTES> = {
  ...aboutActs,
  ...profileActs,
  ...profileShapeActs,
  ...linkActs,
  ...segmentActs,
  ...segmentInsightActs,
  ...listActs,
  ...computedTraitActs,
  ...campaignActs,
  ...queryActs,
  ...badEventActs,
  ...messageActs,
  ...sourceActs,
  ...trackingPlanActs,
  ...identityActs,
  ...importActs,
  ...notServedActs,
};
