import type { LakeQuery } from "#core/kernel/ports.ts";
import { checkLakeFolder, type LocalLakeQuery, openLakeQuery } from "./lake-query.ts";

export interface LakeWhenAsked {
  readonly lake: LakeQuery;
  close(): Promise<void>;
}

/** The lake for our own statements, whose engine is opened by the first of them: whoever only takes events in has none. */
export function lakeWhenAsked(lakeDir: string, open: typeof openLakeQuery = openLakeQuery): LakeWhenAsked {
  checkLakeFolder(lakeDir);
  let opening: Promise<LocalLakeQuery> | undefined;
  let isClosed = false;
  const opened = (): Promise<LocalLakeQuery> => {
    if (isClosed) throw new Error("the lake was closed before it was asked");
    opening ??= open(lakeDir).catch((error: unknown) => {
      // What was in the way may be gone when it is asked for again.
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    lake: { query: async (sql, limits) => (await opened()).lake.query(sql, limits) },
    close: async () => {
      isClosed = true;
      const query = await opening?.catch(() => undefined); // Nothing was opened, and whoever asked was told.
      query?.close();
    },
  };
}
