import { Fault } from "./fault.ts";

/** What may be written down of an error. */
export interface TroubleReport {
  readonly level: "error";
  readonly requestId: string;
  /** What failed, outermost first. */
  readonly errors: readonly Failure[];
}

interface Failure {
  readonly name: string;
  /** Where it was thrown, innermost first. */
  readonly at: readonly string[];
  readonly awsRequestId?: string;
}

const MAX_CAUSES = 5;
const MAX_FRAMES = 8;

/**
 * An error as a log line without personal data: names of errors and where they were thrown, but no messages, because
 * those of databases quote the statements they refuse, and statements hold addresses.
 */
export function troubleReport(error: unknown, requestId: string): TroubleReport {
  const errors: Failure[] = [];
  for (let here = error; here instanceof Error && errors.length < MAX_CAUSES; here = here.cause) {
    errors.push(failureOf(here));
  }
  if (errors.length === 0) errors.push({ name: typeof error, at: [] });
  return { level: "error", requestId, errors };
}

function failureOf(error: Error): Failure {
  const awsRequestId = (error as { readonly $metadata?: { readonly requestId?: string } }).$metadata?.requestId;
  const name = error instanceof Fault ? `${error.name}: ${error.port}` : error.name;
  return { name, at: framesOf(error), ...(awsRequestId === undefined ? {} : { awsRequestId }) };
}

/** Frames only: a stack begins with the message, which may have any number of lines. */
function framesOf(error: Error): readonly string[] {
  const stack = error.stack ?? "";
  const start = stack.indexOf(error.message);
  const frames = start < 0 ? stack : stack.slice(start + error.message.length);
  return frames
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^at .+:\d+:\d+\)?$/.test(line))
    .slice(0, MAX_FRAMES);
}
