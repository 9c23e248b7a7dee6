import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { Request } from "#test/support/collect-world.ts";
import { madeUpRequest } from "./made-up-requests.ts";

/** Bytes as they are written to a connection, in turn, and how the connection ends. */
export interface Conversation {
  readonly said: readonly string[];
  readonly end: "wait" | "half-close" | "cut";
}

const latin = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** A request as a client that follows the rules writes it: text of one byte a letter. */
function written({ method = "POST", path = "/", headers = {}, body = "" }: Request, framing: Framing): string {
  const bytes = body instanceof Uint8Array ? Buffer.from(body).toString("latin1") : latin(String(body));
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${latin(value)}`);
  return [`${method} ${latin(path)} HTTP/1.1`, "host: x", ...lines, ...framing(bytes)].join("\r\n");
}

type Framing = (bytes: string) => readonly string[];

const lengthOf =
  (text: string): Framing =>
  (bytes) => [`content-length: ${text.replace("#", String(bytes.length))}`, "", bytes];

const chunks = (bytes: string, size: number): string =>
  `${(bytes.match(new RegExp(`[\\s\\S]{1,${size}}`, "g")) ?? []).map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("")}0\r\n\r\n`;

/** How a body's length is told: rightly, wrongly, twice, or in absurd numbers. */
const FRAMINGS: Readonly<Record<string, Framing>> = {
  right: lengthOf("#"),
  chunked: (bytes) => ["transfer-encoding: chunked", "", chunks(bytes, 97)],
  chunkedExtended: (bytes) => [
    "transfer-encoding: chunked",
    "",
    chunks(bytes, 50).replaceAll("32\r\n", '32;a="b"\r\n'),
  ],
  bothWays: (bytes) => ["transfer-encoding: chunked", `content-length: ${bytes.length}`, "", chunks(bytes, 30)],
  badChunk: (bytes) => ["transfer-encoding: chunked", "", `zz\r\n${bytes}\r\n0\r\n\r\n`],
  hugeChunk: (bytes) => ["transfer-encoding: chunked", "", `ffffffffffffffffff\r\n${bytes}`],
  twoLengths: (bytes) => [`content-length: ${bytes.length}`, "content-length: 3", "", bytes],
  tooShort: lengthOf("1"),
  tooLong: lengthOf("9#"),
  absurd: lengthOf("99999999999999999999"),
  negative: lengthOf("-1"),
  fraction: lengthOf("1.5"),
  none: (bytes) => ["", bytes],
  unknownCoding: (bytes) => ["transfer-encoding: gzip, identity", "", bytes],
  expects: (bytes) => ["expect: 100-continue", `content-length: ${bytes.length}`, "", bytes],
  expectsOdd: (bytes) => ["expect: the-spanish-inquisition", `content-length: ${bytes.length}`, "", bytes],
  upgrades: (bytes) => ["connection: upgrade", "upgrade: websocket", `content-length: ${bytes.length}`, "", bytes],
};

const strange = fc.constantFrom(
  "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001",
  "GET / HTTP/0.9\r\n\r\n",
  "GET / HTTP/9.9\r\nhost: x\r\n\r\n",
  "GET /v1/batch\r\n",
  "POST /v1/batch HTTP/1.1\r\n\r\n",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n",
  "GET http://[ HTTP/1.1\r\nhost: x\r\n\r\n",
  "GET * HTTP/1.1\r\nhost:\r\n\r\n",
  "GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n",
  "GET / HTTP/1.1\r\n folded: x\r\n\r\n",
  "GET / HTTP/1.1\nhost: x\n\n",
  "GET / HTTP/1.1\r\nhost: x\r\na\u0000b: c\r\n\r\n",
  `GET /${"a".repeat(70_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
  `GET / HTTP/1.1\r\nhost: x\r\n${"a: b\r\n".repeat(3_000)}\r\n`,
  "\r\n\r\n\r\n",
);

const oneRequest = fc
  .tuple(madeUpRequest, fc.constantFrom(...Object.values(FRAMINGS)))
  .map(([request, framing]) => written(request, framing));

const harmed = fc.tuple(oneRequest, fc.nat(1_000), fc.nat(255)).map(([text, at, code]) => {
  const place = at % (text.length + 1);
  return `${text.slice(0, place)}${String.fromCharCode(code)}${text.slice(place + (code % 3))}`;
});

/** One to four requests over one connection, at once or bit by bit. */
export const conversation: fc.Arbitrary<Conversation> = fc
  .tuple(
    fc.array(fc.oneof(oneRequest, harmed, strange), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 1, max: 5 }),
    fc.constantFrom<Conversation["end"]>("wait", "wait", "half-close", "cut"),
  )
  .map(([texts, pieces, end]) => {
    const all = texts.join("");
    const size = Math.max(1, Math.ceil(all.length / pieces));
    return { said: Array.from({ length: pieces }, (_, nth) => all.slice(nth * size, (nth + 1) * size)), end };
  });

/** How long a server may be silent before a conversation is over, in ms. */
const SILENCE_MS = 40;

/** Says it, and answers all that the server said. */
async function heard(port: number, { said, end }: Conversation): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const parts: Buffer[] = [];
  let last = performance.now();
  socket.on("data", (part) => {
    parts.push(part);
    last = performance.now();
  });
  socket.on("error", () => {}); // It may cut us off as we cut it off.
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  for (const piece of said) {
    if (!socket.writable) break;
    await sending(socket, piece);
  }
  last = performance.now();
  if (end === "half-close") socket.end();
  const patience = end === "cut" ? 0 : SILENCE_MS;
  while (!socket.closed && performance.now() - last < patience) await sleep(5);
  socket.destroy();
  await closed;
  return Buffer.concat(parts).toString("latin1");
}

/** The server may answer, and hang up, before it has read it all. */
const sending = (socket: Socket, piece: string): Promise<void> =>
  Promise.race([
    new Promise<void>((resolve) => socket.write(Buffer.from(piece, "latin1"), () => resolve())),
    new Promise<void>((resolve) => socket.once("close", () => resolve())),
  ]);

/** Holds a conversation, and tells which of its answers are none of ours. */
export async function badAnswers(port: number, how: Conversation): Promise<readonly string[]> {
  const answers = await heard(port, how);
  const statuses = [...answers.matchAll(/(?:^|\r\n\r\n|[}\w])HTTP\/1\.1 (\d{3}) /g)].map(([, status]) =>
    Number(status),
  );
  const wrong = statuses.filter((status) => status >= 500 || status < 100).map((status) => `an answer ${status}`);
  const [head = "", body = ""] = answers.split(/\r\n\r\n([\s\S]*)/);
  const isLoneError = statuses.length === 1 && (statuses[0] ?? 0) >= 400 && !how.said[0]?.startsWith("HEAD");
  const isJson = /content-type: application\/json/i.test(head) && /"code":"[a-z_.]+".*"message":"/.test(body);
  return isLoneError && !isJson ? [...wrong, `an error without code and message: ${head.slice(0, 200)}`] : wrong;
}
