import middy from "@middy/core";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import type { Route } from "#contracts/http/route.ts";
import { ROUTES } from "#contracts/http/routes.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { endErrors } from "#lambdas/middleware/end-errors.ts";
import { Fault } from "#lambdas/middleware/fault.ts";
import type { Act } from "./act.ts";
import { ACTS } from "./acts.ts";
import { type Answer, jsonAnswer, refusalAnswer } from "./answer.ts";
import { guardedPorts } from "./guarded-ports.ts";
import type { ApiPorts } from "./ports.ts";
import { readRequest } from "./read-request.ts";
import { routerOf, type Serve } from "./router.ts";

export { refusalAnswer } from "./answer.ts";
export type { ApiPorts } from "./ports.ts";

/**
 * The door to everything under `/api`: an HTTP request in API Gateway's form (version 2.0). Who asks was made sure of
 * before: by the authorizer in the cloud, by the server on one machine. Always answers, whatever it is asked.
 */
export function apiHandler(ports: ApiPorts): (event: APIGatewayProxyEventV2, context?: Context) => Promise<Answer> {
  const route = routerOf(serving(guardedPorts(ports)));
  const answer = async (event: APIGatewayProxyEventV2): Promise<Answer> => {
    const outcome = await route(event);
    if (!("refused" in outcome)) return outcome;
    return refusalAnswer(outcome.refused, event.requestContext.requestId, outcome.headers);
  };
  const door = middy<APIGatewayProxyEventV2, Answer>(answer, IN_TIME).use(
    endErrors({ onTrouble: ports.onTrouble, answer: refusalAnswer }),
  );
  return (event, context = NO_CONTEXT) => door(event, context);
}

/** There is none on one machine, and no time that runs out. */
const NO_CONTEXT = {} as Context;

/** Before Lambda ends a function that takes too long, we say so ourselves: the gateway's own answer has no code. */
const IN_TIME = {
  timeoutEarlyInMillis: 500,
  timeoutEarlyResponse: (): never => {
    throw new Fault("the time for an answer", new Error("it ran out"));
  },
};

const serving =
  (ports: ApiPorts): Serve =>
  async (name, target, event) => {
    const route: Route = ROUTES[name];
    const request = readRequest(route, target, event);
    if (isRejection(request)) return { refused: request };
    // Each act takes the request of its own route, which is the one it was read by; the table is typed line by line.
    const answered = await (ACTS[name] as Act<Route>)(ports, request);
    return isRejection(answered) ? { refused: answered } : jsonAnswer(route.status, answered);
  };
