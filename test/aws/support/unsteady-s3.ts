import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of a request on its way to S3, or of its answer on the way back. */
export type S3Fault =
  | "slow down"
  | "cut before"
  /** It was done, and nobody hears of it. */
  | "cut after"
  /** Half of the answer arrives. */
  | "cut within"
  /** As S3 does with copies and deletions that take long: 200, and then the error. */
  | "failed late";

export interface UnsteadyS3 {
  readonly url: string;
  /** What was asked, as `PUT /bucket/key`, with what happened to it. */
  readonly asked: readonly string[];
  /** The next requests of these methods meet these faults, one each. */
  meet(...faults: readonly S3Fault[]): void;
  stop(): Promise<void>;
}

/** Stands between a client and S3, and passes on everything that is to meet no fault. */
export async function unsteadyS3(behind: string): Promise<UnsteadyS3> {
  const asked: string[] = [];
  let coming: S3Fault[] = [];
  const server = createServer((from, to) => {
    const fault = coming.shift();
    asked.push(`${from.method} ${from.url}${fault === undefined ? "" : `: ${fault}`}`);
    void serve(behind, from, to, fault).catch(() => to.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    meet: (...faults) => {
      coming = [...faults];
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function serve(behind: string, from: IncomingMessage, to: ServerResponse, fault?: S3Fault): Promise<void> {
  const body = Buffer.concat(await from.toArray());
  if (fault === "cut before") return void to.destroy();
  if (fault === "slow down") return said(to, 503, "SlowDown");
  if (fault === "failed late") return said(to, 200, "InternalError");
  const answer = await passedOn(behind, from, body);
  if (fault === "cut after") return void to.destroy();
  to.writeHead(answer.status, answer.headers);
  if (fault !== "cut within") return void to.end(answer.body);
  to.write(answer.body.subarray(0, Math.floor(answer.body.length / 2)), () => to.destroy());
}

function said(to: ServerResponse, status: number, code: string): void {
  to.writeHead(status, { "content-type": "application/xml" });
  to.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>a fault of the test's own</Message></Error>`,
  );
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

const passedOn = (behind: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(`${behind}${url}`, { method: method ?? "GET", headers }, (answer) => {
      const whole = answer.toArray().then((chunks) => Buffer.concat(chunks));
      whole.then((read) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: read }), reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
