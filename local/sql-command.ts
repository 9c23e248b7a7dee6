import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openLakeQuery } from "#adapters/local/lake-query.ts";
import { LakeQueryError, type QueryResult } from "#core/kernel/ports.ts";
import { openCredentials } from "./credentials.ts";
import { type DataFolder, DEFAULT_DATA, openDataFolder } from "./data-folder.ts";
import { startProcessingThread } from "./processing-thread.ts";
import { tableText } from "./table-text.ts";

const HELP = `Asks the lake one question, in Athena's SQL, and prints the answer.

  npm run local -- sql "SELECT …" [--data DIR] [--json]

Tables: events, profiles, identity_map, profile_aliases, orders, messages, campaign_results; the logs behind them:
events_log, bad_events, identity_changes, profile_changes, consent_changes, link_changes, segment_changes, message_events.

  npm run local -- sql "SELECT event, count(*) AS n FROM events GROUP BY event ORDER BY n DESC"
  npm run local -- sql "SELECT code, count(*) AS n FROM bad_events GROUP BY code" --json
`;

/** `sql "SELECT …"`: answers the process's exit code. 0: answered; 1: refused or failed; 2: not understood. */
export async function sqlCommand(args: readonly string[]): Promise<number> {
  const asked = readOptions(args);
  if (typeof asked === "string") {
    const helped = asked === HELP;
    (helped ? process.stdout : process.stderr).write(asked);
    return helped ? 0 : 2;
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

function readOptions(args: readonly string[]): { sql: string; data: string; json: boolean } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: "string", default: DEFAULT_DATA },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const [sql, ...more] = positionals;
    if (values.help) return HELP;
    if (sql === undefined || more.length > 0) return `One statement is expected, in quotes.\n\n${HELP}`;
    return { sql, data: values.data, json: values.json };
  } catch (error) {
    return `${(error as Error).message}\n\n${HELP}`;
  }
}

/** The answer of the server that runs on the folder, which knows what came in a moment ago; `undefined` if none runs. */
async function askServer(folder: DataFolder, sql: string): Promise<QueryResult | undefined> {
  if (!existsSync(folder.address)) return undefined;
  const { url } = JSON.parse(readFileSync(folder.address, "utf8")) as { url: string };
  const { token } = openCredentials(folder.credentials, []);
  const response = await fetch(`${url}/api/queries`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ sql }),
  }).catch(() => undefined);
  // Nobody there, or somebody else: the server died without taking its address with it.
  if (response === undefined || response.status === 401) return undefined;
  const body: unknown = await response.json();
  if (!response.ok) throw new LakeQueryError((body as { message: string }).message);
  return body as QueryResult;
}

/** The answer from the files, after everything that waits in the inbox was processed. */
async function askFolder(folder: DataFolder, sql: string): Promise<QueryResult> {
  const processing = startProcessingThread(folder, (error) => {
    throw error;
  });
  await processing.settle();
  await processing.stop();
  const query = await openLakeQuery(folder.lake);
  try {
    return await query.analyst.query(sql);
  } finally {
    query.close();
  }
}
