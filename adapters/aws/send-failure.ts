import type { Outcome } from "#core/campaigns/ports.ts";

/** How the SDK and Node name what went wrong; everything optional, because anything can be thrown. */
interface Failure {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What never reached the provider. */
const UNSENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CredentialsProviderError",
]);

const LONGEST_REASON = 200;

/**
 * Reads from a failed call whether the provider may have taken the message. It surely did not where it answered 4xx or
 * was never reached; a time-out, a broken connection or a 5xx leaves it open. `refusals` names the answers that are
 * about this message; every other 4xx is about the account or the moment, and passes.
 */
export function outcomeOfFailure(error: unknown, refusals: ReadonlySet<string>): Outcome {
  const { name = "Error", code = "", message = "", $metadata } = (error ?? {}) as Failure;
  const status = $metadata?.httpStatusCode ?? 0;
  const reason = `${code || name}: ${message}`.slice(0, LONGEST_REASON);
  if (UNSENT.has(code) || UNSENT.has(name)) return { kind: "later", reason };
  if (status >= 400 && status < 500) return { kind: refusals.has(name) ? "refused" : "later", reason };
  return { kind: "uncertain", reason };
}

/** For clients through which messages go: one attempt, because a second one might be a second message. */
export const ONE_ATTEMPT = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
} as const;
