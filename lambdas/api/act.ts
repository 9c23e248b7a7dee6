import type * as z from "zod";
import type { Route } from "#contracts/http/route.ts";
import type { Rejection } from "#core/kernel/rejection.ts";
import type { ApiPorts } from "./ports.ts";

type Read<R extends Route, Part extends "query" | "body"> =
  R extends Readonly<Record<Part, infer Schema>>
    ? Schema extends z.ZodType
      ? z.output<Schema>
      : undefined
    : undefined;

/** A request whose parts were checked against its route's schemas. */
export interface Request<R extends Route> {
  readonly query: Read<R, "query">;
  readonly body: Read<R, "body">;
  /** The `{…}` of the path: an id, or what names a profile. Empty where the path has none. */
  readonly target: string;
  /** The second `{…}` of the path: what of the target is meant. Empty where the path has none. */
  readonly part: string;
  /** The version named by `If-Match`. */
  readonly ifMatch: number | undefined;
  /** Who asks, as the authorizer knows them. */
  readonly who: string;
}

/** What is only read may be given by those who only read it. */
type Sent<T> = T extends readonly (infer Item)[]
  ? readonly Sent<Item>[]
  : T extends object
    ? { readonly [Name in keyof T]: Sent<T[Name]> }
    : T;

/** What is done for a route. Refusals are values; what is thrown is a fault or a mistake of ours. */
export type Act<R extends Route> = (
  ports: ApiPorts,
  request: Request<R>,
) => Promise<Sent<z.input<R["answer"]>> | Rejection>;

export type Acts<Routes extends Readonly<Record<string, Route>>> = {
  readonly [Name in keyof Routes]: Act<Routes[Name]>;
};
