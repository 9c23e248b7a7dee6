import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import type { ManagementTarget, TargetAsked } from "./management-target.ts";

/** What a command that asks the management API needs of the world. */
export interface CommandWorld {
  readonly open: (asked: TargetAsked) => Promise<ManagementTarget | Rejection>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/**
 * What is to be printed: as JSON, or as words. `failed` where what was asked about is not as it should be, or only a part
 * of what was asked was done: then with the reason.
 */
export interface Report {
  readonly json: object;
  readonly text: string;
  readonly failed?: true | Rejection;
}

/** Asks the management API, and answers what was refused, or that nobody is there, as a rejection. */
export type Ask = <Answer>(method: string, path: string, body?: object) => Promise<Answer | Rejection>;

interface Asked<Act> {
  readonly act: Act;
  readonly target: TargetAsked;
}

interface Command<Act> {
  readonly args: readonly string[];
  readonly options: Asked<Act> | "help" | Rejection;
  readonly help: string;
  readonly reportOn: (act: Act, target: TargetAsked) => Promise<Report | Rejection>;
}

/**
 * Does what the options ask for, prints what came of it, as JSON where `--json` is given, and answers the process's exit
 * code. 0: done; 1: refused, out of reach, or not as it should be, the reason is on stderr; 2: not understood.
 */
export async function managementCommand<Act>(
  { args, options, help, reportOn }: Command<Act>,
  { stdout, stderr }: Pick<CommandWorld, "stdout" | "stderr">,
): Promise<number> {
  if (options === "help") {
    stdout.write(help);
    return 0;
  }
  const isJson = args.includes("--json");
  const report = isRejection(options) ? options : await reportOn(options.act, options.target);
  if (isRejection(report)) {
    const { code, message } = report;
    if (isJson) stdout.write(`${JSON.stringify({ code, message })}\n`);
    else stderr.write(`${message} (${code})\n`);
    return code.endsWith(".bad_options") ? 2 : 1;
  }
  const { json, text, failed } = report;
  stdout.write(isJson ? `${JSON.stringify(json)}\n` : text);
  if (isRejection(failed)) stderr.write(`${failed.message} (${failed.code})\n`);
  return failed === undefined ? 0 : 1;
}

/** Opens what is asked for, for as long as `ask` is used. */
export async function askTarget(
  { open }: Pick<CommandWorld, "open">,
  asked: TargetAsked,
  use: (ask: Ask) => Promise<Report | Rejection>,
): Promise<Report | Rejection> {
  const target = await open(asked);
  if (isRejection(target)) return target;
  try {
    return await use(askingOf(target));
  } finally {
    await target.close();
  }
}

const askingOf =
  (target: ManagementTarget): Ask =>
  async (method, path, body) => {
    const answer = await target.ask(method, path, body).catch((error: Error) => error);
    if (answer instanceof Error) return rejection("target.out_of_reach", answer.message);
    if (answer.status < 400) return answer.body;
    const { code = "target.refused", message = "it gives no reason" } = answer.body ?? {};
    return rejection(String(code), `${method} ${path} was answered ${answer.status}: ${message}`);
  };
