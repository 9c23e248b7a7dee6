/** What may be written down of an error. */
export interface TroubleReport {
  readonly level: "error";
  readonly requestId: string;
  /** What failed, outermost first. */
  readonly errors: readonly { readonly name: string; readonly at: readonly string[]; readonly awsRequestId?: string }[];
}

const MAX_CAUSES = 5;
const MAX_FRAMES = 8;

/**
 * An error as a log line without personal data: names of errors and where they were thrown, but no messages, because
 * those of databases quote the statements they refuse, and statements hold addresses.
 */
export function troubleReport(error: unknown, requestId: string): TroubleReport {
  const errors: TroubleReport["errors"][number][] = [];
  for (let here = error; here instanceof Error && errors.length < MAX_CAUSES; here = here.cause) {
    const awsRequestId = (here as { readonly $metadata?: { readonly requestId?: string } }).$metadata?.requestId;
    errors.push({ name: here.name, at: framesOf(here), ...(awsRequestId === undefined ? {} : { awsRequestId }) });
  }
  return { level: "error", requestId, errors };
}

const framesOf = (error: Error): readonly string[] =>
  (error.stack ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^at .+:\d+:\d+\)?$/.test(line))
    .slice(0, MAX_FRAMES);
