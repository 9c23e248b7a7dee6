import { SECOND } from "./calendar.ts";

/** An answer of the API. Status 0: it is out of reach. */
interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface ManagementApi {
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body: unknown): Promise<ApiAnswer>;
  /** The rows of one query of the lake, each as an object; `undefined` where it was not answered. */
  rows(sql: string): Promise<readonly Readonly<Record<string, unknown>>[] | undefined>;
}

const ANSWER_MS = 20 * SECOND;

/** What is under `/api`. Never throws for what the other side does: a demonstration goes on without an answer. */
export function managementApi(url: string, token: string, signal: AbortSignal): ManagementApi {
  async function ask(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const until = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      const response = await fetch(`${url}${path}`, { method, headers, signal: until, ...sent });
      return { status: response.status, body: await response.json() };
    } catch {
      return { status: 0, body: undefined };
    }
  }
  return {
    get: (path) => ask("GET", path),
    post: (path, body) => ask("POST", path, body),
    rows: async (sql) => {
      const { status, body } = await ask("POST", "/api/queries", { sql });
      return status === 200 ? rowsIn(body) : undefined;
    },
  };
}

function rowsIn(body: unknown): readonly Readonly<Record<string, unknown>>[] {
  const { columns, rows } = body as { columns: readonly { name: string }[]; rows: readonly (readonly unknown[])[] };
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at]])));
}
