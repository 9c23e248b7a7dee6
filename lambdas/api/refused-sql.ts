import { type LakeQueryError, LakeQueryTooLarge } from "#core/kernel/ports.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";

/** Why a statement was not answered: it asked for more memory than there is for it, or may not run as it is. */
export const refusedSql = (error: LakeQueryError): Rejection<"sql.refused" | "query.too_much_memory"> =>
  error instanceof LakeQueryTooLarge
    ? rejection("query.too_much_memory", error.message)
    : rejection("sql.refused", error.message);
