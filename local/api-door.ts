import { hash, timingSafeEqual } from "node:crypto";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { rejection } from "#core/kernel/rejection.ts";
import { type ApiPorts, apiHandler, refusalAnswer } from "#lambdas/api/handler.ts";
import type { Door } from "./http-server.ts";

/** Paths anybody may ask for: whether it lives, and what it can do. */
const OPEN = new Set(["/api/health", "/api/openapi.json"]);

/** The management API behind the bearer token that this machine's owner holds; in the cloud an authorizer stands there. */
export function apiDoor(ports: ApiPorts, token: string): Door {
  const serve = apiHandler(ports);
  const isOwner = bearerCheck(token);
  return async (event) => {
    if (OPEN.has(event.rawPath) || isOwner(event)) return serve(event);
    const code = event.headers.authorization === undefined ? "auth.no_token" : "auth.bad_token";
    const refused = rejection(code, "send Authorization: Bearer with the token of the data folder's credentials.json");
    return refusalAnswer(refused, event.requestContext.requestId);
  };
}

function bearerCheck(token: string): (event: APIGatewayProxyEventV2) => boolean {
  const expected = hash("sha256", token, "buffer");
  return ({ headers }) => {
    const sent = /^bearer\s+(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
    // Digests have one length, so the comparison takes as long for every token.
    return timingSafeEqual(hash("sha256", sent, "buffer"), expected);
  };
}
