import { LakeQueryTimeout } from "#core/kernel/ports.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";

/** An answer of the lake, or, where it was stopped for taking too long, what to do about that. */
export async function inTime<T>(answer: Promise<T>): Promise<T | Rejection<"segment.too_slow">> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof LakeQueryTimeout)) throw error;
    return rejection(
      "segment.too_slow",
      "the lake did not answer in time: shorten the window, name fewer events, or save the segment and let the schedule evaluate it",
    );
  }
}
