import httpRouterHandler, { type Method, type Route as MiddyRoute } from "@middy/http-router";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import type { Route } from "#contracts/http/route.ts";
import { ROUTES, type RouteName } from "#contracts/http/routes.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { Answer } from "./answer.ts";
import { omit } from "./omit.ts";

interface Refused {
  readonly refused: Rejection;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Outcome = Answer | Refused;
export type Serve = (name: RouteName, target: string, event: APIGatewayProxyEventV2) => Promise<Outcome>;

type Door = MiddyRoute<APIGatewayProxyEventV2, Outcome>;
type Entry = readonly [RouteName, Route];

const PROFILE = "/api/profiles/";
const isOfProfile = ([, { path }]: Entry): boolean => path.startsWith(PROFILE);

/**
 * Middy's router over the table of routes. What names a profile is taken greedily: an HTTP API hands the path over
 * decoded, so a slash within a value looks like any other. A known path with another method is told apart from an
 * unknown one by a last entry for any method, which says what the path does take.
 */
export function routerOf(serve: Serve): (event: APIGatewayProxyEventV2) => Promise<Outcome> {
  const entries = Object.entries(ROUTES) as unknown as readonly Entry[];
  const plain = entries.filter((entry) => !isOfProfile(entry));
  const doors = plain.map(
    ([name, { method, path }]): Door => ({
      method,
      path,
      handler: (event: APIGatewayProxyEventV2) => serve(name, targetOf(event), event),
    }),
  );
  const profiles = ofProfiles(entries.filter(isOfProfile));
  const profile: Door = {
    method: "ANY",
    path: `${PROFILE}{proxy+}`,
    handler: (event: APIGatewayProxyEventV2) => ofProfile(serve, profiles, event),
  };
  const others = [...Map.groupBy(plain, ([, { path }]) => path)].map(([path, served]): Door => {
    const methods = served.map(([, { method }]) => method);
    return { method: "ANY", path, handler: async () => wrongMethod(methods) };
  });
  // Of fixed paths the later entry stands, of patterns the earlier one is met first.
  const isFixed = ({ path }: Door): boolean => !path.includes("{");
  const routes = [...others.filter(isFixed), ...doors, profile, ...others.filter((door) => !isFixed(door))];
  const router = httpRouterHandler<APIGatewayProxyEventV2, Outcome>({ routes, notFoundResponse: () => UNKNOWN });
  return (event) => router(routable(event), NO_CONTEXT);
}

const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]);

/**
 * The event as the router takes it: with a path, and with a method it knows, or else one that no path here takes. The
 * gateway's own path parameters would hide the router's, which have the same name.
 */
function routable(asked: APIGatewayProxyEventV2): APIGatewayProxyEventV2 {
  const event = omit(asked, "pathParameters");
  const { http } = event.requestContext;
  const method = METHODS.has(http.method) ? http.method : "PATCH";
  const requestContext = { ...event.requestContext, http: { ...http, method, path: http.path || "/" } };
  return { ...event, version: "2.0", requestContext };
}

/** Middy hands Lambda's context on; nothing here asks for it, and on one machine there is none. */
const NO_CONTEXT = {} as Context;

const UNKNOWN: Refused = {
  refused: rejection("route.unknown", "nothing is served at this path; see /api/openapi.json"),
};

function wrongMethod(methods: readonly Method[]): Refused {
  const allow = methods.join(", ");
  return { refused: rejection("route.method", `this path takes ${allow}`), headers: { allow } };
}

const targetOf = ({ pathParameters }: APIGatewayProxyEventV2): string => decoded(pathParameters?.id ?? "");

/** What may be asked of a profile: the last part of the path (empty for the profile itself), method by method. */
interface OfProfiles {
  readonly parts: ReadonlyMap<string, ReadonlyMap<string, RouteName>>;
  /** Finds what names the profile, and the part behind it. */
  readonly pattern: RegExp;
}

function ofProfiles(entries: readonly Entry[]): OfProfiles {
  const parts = new Map<string, Map<string, RouteName>>();
  for (const [name, { method, path }] of entries) {
    const part = path.slice(PROFILE.length).split("/")[1] ?? "";
    parts.set(part, (parts.get(part) ?? new Map<string, RouteName>()).set(method, name));
  }
  return { parts, pattern: new RegExp(`^(.+)/(${[...parts.keys()].filter((part) => part !== "").join("|")})$`, "s") };
}

/**
 * A path that comes still encoded tells a slash of a value from one of the path; one that comes decoded does not, and
 * then a last part such as `events` or `explain` is what is asked of the profile. Values that end so, or that hold a `?`
 * or a `%`, are asked for as `?query=`, which always arrives whole.
 */
async function ofProfile(
  serve: Serve,
  { parts, pattern }: OfProfiles,
  event: APIGatewayProxyEventV2,
): Promise<Outcome> {
  const rest = (event.pathParameters?.proxy ?? "").replace(/\/$/, "");
  const asked = pattern.exec(rest);
  const methods = parts.get(asked?.[2] ?? "") ?? new Map<string, RouteName>();
  const name = methods.get(event.requestContext.http.method);
  if (name === undefined) return wrongMethod([...methods.keys()] as Method[]);
  return serve(name, decoded(asked?.[1] ?? rest), event);
}

/** The text that was encoded, or, where it was not, the text itself. A plus sign is a plus sign in a path. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone `%`: the gateway had decoded it already.
  }
}
