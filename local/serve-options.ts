import { parseArgs } from "node:util";
import { DEFAULT_DATA } from "./data-folder.ts";

export interface ServeOptions {
  readonly port: number;
  readonly data: string;
  readonly demo: boolean;
  readonly json: boolean;
  readonly speed: number;
  readonly seed: string;
  readonly language: "en" | "fr";
}

const DEFAULT_PORT = 8080;

export const SERVE_HELP = `Tributary on one machine: a customer data platform with nothing but Node.

  npm start                                 serve, with a demonstration shop flowing in
  npm run local -- [options]                serve, empty unless --demo
  npm run local -- import FILE --mapping M  bring a file in (import --help)
  npm run local -- sql "SELECT …"           ask the lake (sql --help)
  npm run local -- sources list             sources and their write keys (sources --help)
  npm run local -- bad-events list          what was refused, and letting it in after all (bad-events --help)
  npm run local -- plans list               what events should be (plans --help)
  npm run local -- identity rules show      how identifiers become people (identity --help)

Options
  --port N     where to listen, 0 for any free port (default ${DEFAULT_PORT})
  --data DIR   where everything is kept; survives restarts and kill -9 (default ${DEFAULT_DATA})
  --demo       play a simulated shop in, over the public HTTP API
  --speed N    events per second of the live part of the demonstration (default 20)
  --seed TEXT  another seed, another shop (default "tributary")
  --lang en|fr the language the demonstration speaks (default en)
  --json       first line on stdout: {"url","writeKey","token"} (npm run --silent local -- --json: npm adds lines of its own)
  --help       this text

Send events with any Segment, RudderStack or Jitsu client: the host is the url, the write key is in DIR/credentials.json.
`;

/** The options of serving, or what is wrong with them. */
export function readServeOptions(args: readonly string[]): ServeOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: String(DEFAULT_PORT) },
        data: { type: "string", default: DEFAULT_DATA },
        demo: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        speed: { type: "string", default: "20" },
        seed: { type: "string", default: "tributary" },
        lang: { type: "string", default: "en" },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) return `--port takes 0 to 65535, not ${values.port}`;
    const speed = Number(values.speed);
    if (!(speed > 0 && speed <= 10_000)) return `--speed takes a number up to 10000, not ${values.speed}`;
    if (values.lang !== "en" && values.lang !== "fr") return `--lang takes en or fr, not ${values.lang}`;
    const { data, demo, json, seed, lang: language } = values;
    return { port, data, demo, json, speed, seed, language };
  } catch (error) {
    return (error as Error).message;
  }
}
