import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Reads each request to its end and answers always the same: what `node:http` alone can do. */
const [body = "", headers = "{}"] = process.argv.slice(2);
const head = { ...(JSON.parse(headers) as Record<string, string>), "content-length": Buffer.byteLength(body) };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    Buffer.concat(chunks).toString();
    response.writeHead(200, head);
    // Text, which leaves in one piece with the head: bytes would be a second one.
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.on("SIGTERM", () => process.exit(0));
