import { normaliserFor } from "#core/identity/normalise.ts";
import type { Identifier } from "#core/kernel/identifier.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { ApiPorts } from "./ports.ts";

/** An identifier somebody names in a body, as events would have it, or why it can be none. */
export function usableIdentifier(
  { rules }: Pick<ApiPorts, "rules">,
  { type, value }: { readonly type: string; readonly value: string | number },
): Identifier | Rejection<"identifier.malformed" | "identifier.unusable"> {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(type) || type === "id") {
    return rejection(
      "identifier.malformed",
      "a type is lower-case letters, digits and _, such as email or loyalty_card",
    );
  }
  const identifier = normaliserFor(rules)(type, value);
  return (
    identifier ?? rejection("identifier.unusable", `this value of ${type} can identify nobody: see the identity rules`)
  );
}
