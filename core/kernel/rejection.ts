/**
 * Asked for what may not be had: a value, never thrown. `code` is `area.problem`, stable for machines; `message` says
 * in plain words what was wrong and what to do next. `contracts/http/rejections.ts` gives each code its HTTP status.
 */
export interface Rejection<Code extends string = string> {
  readonly kind: "rejection";
  readonly code: Code;
  readonly message: string;
}

export const rejection = <Code extends string>(code: Code, message: string): Rejection<Code> => ({
  kind: "rejection",
  code,
  message,
});

export const isRejection = (value: unknown): value is Rejection =>
  typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "rejection";
