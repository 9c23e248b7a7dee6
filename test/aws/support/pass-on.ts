import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo } from "node:net";

export interface PassingOn {
  readonly url: string;
  stop(): Promise<void>;
}

export interface Behind {
  readonly port: number;
  /** The file of the certificate it shows; it may come to be after it was started. */
  readonly certificate: string;
  /** The name to ask it by, where that decides what answers. */
  readonly host?: string;
}

/** Serves plain HTTP on a free port of this machine alone, by asking the TLS server behind it. */
export async function passOn({ port, certificate, host }: Behind): Promise<PassingOn> {
  let agent: Agent | undefined;
  const pass = (from: IncomingMessage, to: ServerResponse): void => {
    agent ??= new Agent({ keepAlive: true, ca: readFileSync(certificate) });
    // Who takes this for its proxy asks with a whole URL.
    const path = from.url?.replace(/^http:\/\/[^/]+/, "");
    const headers = host === undefined ? from.headers : { ...from.headers, host };
    const asked = {
      agent,
      hostname: "127.0.0.1",
      port,
      method: from.method,
      path,
      headers,
      servername: "localhost",
    };
    const onward = request(asked, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(to);
    });
    onward.on("error", () => to.destroy());
    from.pipe(onward);
  };
  const server = createServer(pass);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      agent?.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
