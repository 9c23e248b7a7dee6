/** A change in who is in a segment, written by each evaluation. */
export interface SegmentChangeRow {
  readonly segment_id: string;
  readonly definition_version: number;
  readonly profile_id: string;
  readonly change: "entered" | "left";
  readonly evaluated_at: string;
  readonly cause: string;
  readonly dt: string;
}
