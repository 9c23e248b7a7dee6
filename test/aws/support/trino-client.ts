import { setTimeout as sleep } from "node:timers/promises";

/** Rows as they come over the wire, with the names of their types in Trino's words: `varchar(3)`, `timestamp(3)`. */
export interface TrinoRows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface TrinoClient {
  /** Runs a statement to its end, in a schema of the catalogue. Throws `TrinoError` where the server refuses it. */
  run(sql: string, schema: string): Promise<TrinoRows>;
}

/** What the server says of a statement: `COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved`. */
class TrinoError extends Error {
  override readonly name = "TrinoError";
}

interface Page {
  readonly nextUri?: string;
  readonly columns?: TrinoRows["columns"];
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly message: string; readonly errorName: string };
}

/** No statement of these tests takes longer, on any machine. */
const STATEMENT_MS = 120_000;

/** Trino's own protocol: a statement is posted, then its pages are fetched one after another. */
export function trinoClient(url: string, catalog: string): TrinoClient {
  const ask = async (at: string, options: RequestInit): Promise<Page> => {
    for (;;) {
      const answer = await fetch(at, options);
      if (answer.ok) return read(await answer.text());
      // Too busy for the moment, as the protocol has it.
      if (![502, 503, 504].includes(answer.status))
        throw new Error(`Trino answered ${answer.status}: ${await answer.text()}`);
      await sleep(100);
    }
  };
  return {
    run: async (sql, schema) => {
      const signal = AbortSignal.timeout(STATEMENT_MS);
      const headers = {
        "x-trino-user": "test",
        "x-trino-catalog": catalog,
        "x-trino-schema": schema,
        "x-trino-time-zone": "UTC",
        "x-trino-client-capabilities": "PARAMETRIC_DATETIME",
      };
      let page = await ask(`${url}/v1/statement`, { method: "POST", headers, body: sql, signal });
      let columns: TrinoRows["columns"] = [];
      const rows: (readonly unknown[])[] = [];
      for (;;) {
        if (page.error !== undefined) throw new TrinoError(`${page.error.errorName}: ${page.error.message}\n${sql}`);
        columns = page.columns ?? columns;
        rows.push(...(page.data ?? []));
        if (page.nextUri === undefined) return { columns, rows };
        page = await ask(page.nextUri, { headers, signal });
      }
    },
  };
}

/** Whole numbers that a double cannot hold come as the text they were written with. */
const read = (text: string): Page =>
  JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" &&
    Number.isInteger(value) &&
    !Number.isSafeInteger(value) &&
    /^-?\d+$/.test(context?.source ?? "")
      ? context?.source
      : value,
  ) as Page;
