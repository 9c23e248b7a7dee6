import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** The client repeats what was throttled or failed on the way, with jitter; only then is it a fault. */
export const dynamodbClient = (): DynamoDBClient => new DynamoDBClient({ maxAttempts: 6 });

/**
 * For what may rather stay unanswered than make a request wait: given up after a second, and repeated once.
 */
export const impatientDynamodbClient = (): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 1_000, throwOnRequestTimeout: true },
  });
