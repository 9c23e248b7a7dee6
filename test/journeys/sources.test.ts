import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import {
  newDataFolder,
  removeDataFolder,
  runLocal,
  startTributary,
  type TributaryProcess,
} from "#test/support/tributary-process.ts";

const data = newDataFolder();
let running: TributaryProcess | undefined;
afterAll(async () => {
  await running?.stop();
  removeDataFolder(data);
});

const sources = async (...args: readonly string[]) =>
  JSON.parse((await runLocal("sources", ...args, "--data", data, "--json")).stdout);

/** What the server answers to an event sent with a key, from a page of an origin. */
async function sent(writeKey: string, origin: string): Promise<readonly unknown[]> {
  const response = await fetch(`${running?.url}/v1/track?writeKey=${writeKey}`, {
    method: "POST",
    headers: { origin, "content-type": "text/plain" },
    body: JSON.stringify({ event: "Seen", userId: "u1" }),
  });
  const { code } = (await response.json()) as { readonly code?: string };
  return [response.status, code, response.headers.get("access-control-allow-origin")];
}

it("a source is made from a file before any server runs, and rotated while one does", {
  timeout: 300_000,
}, async () => {
  const file = join(data, "site.yaml");
  writeFileSync(file, "name: Web site\nkind: browser\nallowedOrigins: [https://shop.example]\n");
  const [made] = (await sources("apply", file)).sources;
  expect(made).toMatchObject({ id: "site", done: "created" });

  const server = await startTributary(data);
  running = server;
  const own = "https://shop.example";
  expect(await sent(made.writeKey, own)).toEqual([200, undefined, own]);
  expect(await sent(made.writeKey, "https://evil.example")).toEqual([403, "origin.not_allowed", null]);
  expect((await sources("apply", file)).sources).toEqual([{ id: "site", done: "unchanged", differs: [] }]);

  // The server that runs is asked, so it knows at once.
  const rotated = await sources("rotate", "site");
  expect(await sent(rotated.writeKey, own)).toEqual([200, undefined, own]);
  expect(await sent(made.writeKey, own)).toEqual([200, undefined, own]);
  await sources("revoke", "site", rotated.keys[1].id);
  expect(await sent(made.writeKey, own)).toEqual([401, "key.unknown", "*"]);

  writeFileSync(file, "name: Web site\nkind: browser\nallowedOrigins: [https://shop.example]\nenabled: false\n");
  expect((await sources("apply", file)).sources).toEqual([{ id: "site", done: "changed", differs: ["enabled"] }]);
  expect(await sent(rotated.writeKey, own)).toEqual([403, "key.disabled", own]);
  await server.api("/api/sources/site", undefined, "DELETE");
  expect(await sent(rotated.writeKey, own)).toEqual([401, "key.unknown", "*"]);

  const [refused] = await server.rows("SELECT code, source, payload FROM bad_events");
  expect(refused).toEqual(["origin.not_allowed", "site", '{"event":"Seen","userId":"u1"}']);

  // A key that was made with the installation stays revoked, whatever credentials.json says.
  const { writeKey: second } = await sources("rotate", "default");
  const [, installed] = (await server.api("/api/sources/default")).body.keys;
  await sources("revoke", "default", installed.id);
  await server.stop();
  running = await startTributary(data);
  expect(await sent(running.writeKey, own)).toEqual([401, "key.unknown", "*"]);
  expect(await sent(second, own)).toEqual([200, undefined, "*"]);
});
