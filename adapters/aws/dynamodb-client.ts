import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** The client repeats what was throttled or failed on the way, with jitter; only then is it a fault. */
export const dynamodbClient = (): DynamoDBClient => new DynamoDBClient({ maxAttempts: 6 });
