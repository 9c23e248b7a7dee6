import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { FunctionName, Settings } from "#contracts/settings.ts";

/** A setting that names a resource, with the permission without which the name would be useless: neither is forgotten. */
export interface Link {
  readonly value: string;
  grantTo(fn: IFunction): void;
}

/** A link for each of a function's settings: one too few, too many or misspelt does not compile. */
export type Links<Name extends FunctionName> = { readonly [Key in keyof Settings<Name>]: Link };

/** A setting that names no resource, and so asks for no permission. */
export const plain = (value: string): Link => ({ value, grantTo: () => undefined });
