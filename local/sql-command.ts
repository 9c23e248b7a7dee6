import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openAnalystProcess } from "#adapters/local/analyst-process.ts";
import { LakeQueryError, type QueryPage, type QueryResult } from "#core/kernel/ports.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { openCredentials } from "./credentials.ts";
import { type DataFolder, DEFAULT_DATA, openDataFolder } from "./data-folder.ts";
import { startProcessingThread } from "./processing-thread.ts";
import { savedList, savedSql } from "./saved-queries.ts";
import { tableText } from "./table-text.ts";

const HELP = `Asks the lake one question, in Athena's SQL, and prints the answer.

  npm run local -- sql "SELECT …" [--data DIR] [--json]
  npm run local -- sql --list [--json]                      the usual questions, ready to be asked
  npm run local -- sql --saved NAME [--with name=value]…    asks one of them; --show prints its SQL instead

Views: events, profiles, identity_map, profile_aliases, sessions, orders, messages, campaign_results; the logs behind
them: events_log, bad_events, identity_changes, profile_changes, consent_changes, link_changes, segment_changes,
message_events. SELECT table_name FROM information_schema.tables names all.

  npm run local -- sql "SELECT event, count(*) AS n FROM events GROUP BY event ORDER BY n DESC"
  npm run local -- sql "SELECT code, count(*) AS n FROM bad_events GROUP BY code" --json
  npm run local -- sql --saved cohort-retention --with since=2026-01-01 --with unit=week
`;

interface Options {
  readonly sql: string;
  readonly data: string;
  readonly json: boolean;
}

/** `sql "SELECT …"`: answers the process's exit code. 0: answered; 1: refused or failed; 2: not understood. */
export async function sqlCommand(args: readonly string[]): Promise<number> {
  const asked = readOptions(args);
  if (typeof asked === "string") {
    process.stderr.write(`${asked}\n\n${HELP}`);
    return 2;
  }
  if ("text" in asked) {
    process.stdout.write(asked.text);
    return 0;
  }
  const folder = openDataFolder(asked.data);
  try {
    const result = (await askServer(folder, asked.sql)) ?? (await askFolder(folder, asked.sql));
    process.stdout.write(asked.json ? `${JSON.stringify(result)}\n` : tableText(result));
    return 0;
  } catch (error) {
    if (!(error instanceof LakeQueryError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

/** What to ask, or what to print instead; a text where the command line is not understood. */
function readOptions(args: readonly string[]): Options | { readonly text: string } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: "string", default: DEFAULT_DATA },
        json: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        saved: { type: "string" },
        with: { type: "string", multiple: true, default: [] },
        show: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) return { text: HELP };
    if (values.list) return { text: savedList(values.json) };
    const [written, ...more] = positionals;
    if (more.length > 0 || (written === undefined) === (values.saved === undefined)) {
      return "One statement is expected, in quotes, or the name of a saved query.";
    }
    const sql = values.saved === undefined ? written : savedSql(values.saved, values.with);
    if (sql === undefined || isRejection(sql)) return sql?.message ?? "A statement is expected.";
    return values.show ? { text: `${sql}\n` } : { sql, data: values.data, json: values.json };
  } catch (error) {
    return (error as Error).message;
  }
}

/** The answer of the server that runs on the folder, which knows what came in a moment ago; `undefined` if none runs. */
async function askServer(folder: DataFolder, sql: string): Promise<QueryResult | undefined> {
  if (!existsSync(folder.address)) return undefined;
  const { url } = JSON.parse(readFileSync(folder.address, "utf8")) as { url: string };
  const { token } = openCredentials(folder.credentials, []);
  const first = await pageFrom(url, token, { sql });
  if (first === undefined) return undefined;
  const rows = [...first.rows];
  let { next, truncated } = first;
  while (next !== undefined) {
    const page = await pageFrom(url, token, { cursor: next });
    if (page === undefined) throw new LakeQueryError("the server ended before it had answered; ask again");
    rows.push(...page.rows);
    ({ next, truncated } = page);
  }
  return { columns: first.columns, rows, ...(truncated ? { truncated } : {}) };
}

async function pageFrom(url: string, token: string, asked: object): Promise<QueryPage | undefined> {
  const response = await fetch(`${url}/api/queries`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(asked),
  }).catch(() => undefined);
  // Nobody there, or somebody else: the server died without taking its address with it.
  if (response === undefined || response.status === 401) return undefined;
  const body: unknown = await response.json();
  if (!response.ok) throw new LakeQueryError((body as { message: string }).message);
  return body as QueryPage;
}

/** The answer from the files, after everything that waits in the inbox was processed. */
async function askFolder(folder: DataFolder, sql: string): Promise<QueryResult> {
  const processing = startProcessingThread(folder, (error) => {
    throw error;
  });
  await processing.settle();
  await processing.stop();
  const { analyst, close } = openAnalystProcess(folder.lake);
  try {
    return await analyst.query(sql);
  } finally {
    await close();
  }
}
