/**
 * `computed_changes`: from this run on, these are the profile's computed traits, all of them; `gone` where it has none
 * any more. Of the rows of a profile the one of the highest run stands; a run says one thing of a profile, so rows that
 * came twice change nothing.
 */
export interface ComputedChangeRow {
  readonly profile_id: string;
  readonly gone: boolean;
  /** A JSON object as text: name → value, members in text order. */
  readonly computed: string;
  readonly run: number;
  /** The instant at which the values were true. */
  readonly changed_at: string;
  readonly dt: string;
}
