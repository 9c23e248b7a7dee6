import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";
import { Fault } from "./fault.ts";

interface Ending {
  /** Tells whoever operates this what broke. */
  readonly onTrouble: (error: unknown, requestId: string) => void;
  /** Makes an answer of a refusal. */
  readonly answer: (refused: Rejection, requestId: string) => APIGatewayProxyStructuredResultV2;
}

/** The one place where what was thrown ends: 503 where the world broke, 500 where we did. Nothing of it is told. */
export function endErrors(
  ending: Ending,
): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> & { readonly onError: object } {
  return {
    onError: ({ error, event }) => {
      const { requestId } = event.requestContext;
      ending.onTrouble(error, requestId);
      return ending.answer(error instanceof Fault ? BROKEN_WORLD : OUR_MISTAKE, requestId);
    },
  };
}

const BROKEN_WORLD = rejection("service.unavailable", "a part of the service is out of reach; ask again in a moment");
const OUR_MISTAKE = rejection("service.error", "the service made a mistake; the request id finds it in the logs");
