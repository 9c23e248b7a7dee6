import type { APIGatewayProxyEventV2, APIGatewayProxyEventV2WithJWTAuthorizer } from "aws-lambda";
import type * as z from "zod";
import type { ApiCode } from "#contracts/http/rejections.ts";
import { MAX_BODY_BYTES, type Route } from "#contracts/http/route.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { Request } from "./act.ts";
import { readJson } from "./read-json.ts";

/** Checks a request against its route's schemas, or says what is wrong with it, and where. */
export function readRequest(route: Route, target: string, event: APIGatewayProxyEventV2): Request<Route> | Rejection {
  const query = checked(route.query, event.queryStringParameters ?? {}, "query.invalid");
  if (isRejection(query)) return query;
  const sent = needsBody(route, event) ? readJson(event, route.maxBodyBytes ?? MAX_BODY_BYTES) : { json: undefined };
  if (isRejection(sent)) return sent;
  const body = checked(route.body, sent.json, "body.invalid");
  if (isRejection(body)) return body;
  return {
    query: query as Request<Route>["query"],
    body: body as Request<Route>["body"],
    target,
    part: event.pathParameters?.keyId ?? "",
    ifMatch: versionIn(event.headers["if-match"]),
    who: whoAsks(event),
  };
}

/** A body that is all defaults may be left out. */
const needsBody = ({ body }: Route, event: APIGatewayProxyEventV2): boolean =>
  body !== undefined && !(event.body === undefined && body.safeParse(undefined).success);

function checked(schema: z.ZodType | undefined, value: unknown, code: ApiCode): unknown {
  if (schema === undefined) return undefined;
  const read = schema.safeParse(value);
  return read.success ? read.data : rejection(code, inWords(read.error));
}

const MAX_ISSUES = 5;

const inWords = (error: z.ZodError): string =>
  error.issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`))
    .join("; ");

/** `"3"`, or `3`, as clients write it; anything else names no version. */
function versionIn(ifMatch: string | undefined): number | undefined {
  const digits = /^(?:W\/)?"?(\d{1,9})"?$/.exec(ifMatch?.trim() ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The name under which decisions are kept: the user's in the directory, `operator` where a local token was shown. */
function whoAsks(event: APIGatewayProxyEventV2): string {
  const { authorizer } = event.requestContext as Partial<APIGatewayProxyEventV2WithJWTAuthorizer["requestContext"]>;
  const claims = authorizer?.jwt?.claims ?? {};
  const name = claims.username ?? claims["cognito:username"] ?? claims.sub;
  return typeof name === "string" && name !== "" ? name.slice(0, 128) : "operator";
}
