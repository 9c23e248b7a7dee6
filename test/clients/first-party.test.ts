import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "#test/support/eventually.ts";
import { noBrowser, startChromium } from "#test/support/headless-chromium.ts";
import { tributaryOfThisFile } from "#test/support/tributary-of-this-file.ts";

if (noBrowser !== undefined) console.warn(`the first-party way is not walked in a browser: ${noBrowser}`);

/** Without a head it says so, and is taken for the bot that it mostly is. */
const PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36";

const tributary = tributaryOfThisFile();
/** Tributary as a page of the same site finds it: the same host, another port, so another origin. */
let collector: string;

beforeAll(async () => {
  collector = tributary.url.replace("127.0.0.1", "localhost");
}, 180_000);

describe("the browser's script", () => {
  const fetched = (path: string, init: RequestInit = {}): Promise<Response> => fetch(tributary.url + path, init);
  const published = readFileSync(
    new URL("../../node_modules/@segment/analytics-next/dist/umd/standalone.js", import.meta.url),
    "utf8",
  );
  const { version } = JSON.parse(
    readFileSync(new URL("../../node_modules/@segment/analytics-next/package.json", import.meta.url), "utf8"),
  );

  it.each([
    ["/analytics.js/v1/KEY/analytics.min.js", "public, max-age=300"],
    ["/analytics.js/KEY/analytics.min.js", "public, max-age=300"],
    ["/analytics-next/stable/standalone.js", "public, max-age=300"],
    [`/analytics-next/${version}/standalone.js`, "public, max-age=31536000, immutable"],
  ])("is at %s as its package has it, compressed or not", async (path, cache) => {
    for (const encoding of ["gzip", "identity"]) {
      const answer = await fetched(path, { headers: { "accept-encoding": encoding } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
      expect(answer.headers.get("cache-control")).toBe(cache);
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(answer.headers.get("content-encoding")).toBe(encoding === "gzip" ? "gzip" : null);
      expect(await answer.text()).toBe(published);
    }
  });

  it("brings its parts and its licence", async () => {
    const folder = new URL("../../node_modules/@segment/analytics-next/dist/umd/", import.meta.url);
    const parts = readdirSync(folder).filter((name) => name.endsWith(".js") && name.includes(".bundle."));
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      const answer = await fetched(`/analytics-next/bundles/${part}`);
      expect(answer.headers.get("cache-control")).toContain("immutable");
      expect(await answer.text()).toBe(readFileSync(new URL(part, folder), "utf8"));
    }
    const licence = await (await fetched("/analytics-next/licence/LICENSE.MD")).text();
    expect(licence).toContain("MIT");
  });

  it.each([
    ["GET", "/analytics-next/0.0.1/standalone.js", 404],
    ["GET", "/analytics-next/bundles/..%2f..%2f..%2fpackage.json", 404],
    ["GET", "/analytics-next/bundles/nothing.bundle.0123.js", 404],
    ["GET", "/analytics-next/", 404],
    ["GET", "/analytics-next/stable/standalone.js/more", 404],
    ["POST", "/analytics.js/v1/KEY/analytics.min.js", 405],
  ])("%s %s is refused", async (method, path, status) => {
    const answer = await fetched(path, { method });
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { code: expect.any(String), message: expect.any(String), requestId: expect.any(String) },
    ]);
  });
});

describe.skipIf(noBrowser !== undefined)("a browser that loads everything from the owner's own host", () => {
  let browser: Browser;
  let site: Server;
  let origin: string;
  let html = "";

  beforeAll(async () => {
    site = createServer((_request, response) => response.setHeader("content-type", "text/html").end(html));
    await new Promise<void>((resolve) => site.listen(0, "localhost", resolve));
    origin = `http://localhost:${(site.address() as AddressInfo).port}`;
    browser = await startChromium();
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    site.closeAllConnections();
    site.close();
  });

  /** The page of `docs/first-party.md`, with this machine's addresses. */
  function documentedPage(writeKey: string): string {
    const page = readFileSync(new URL("../../docs/first-party.md", import.meta.url), "utf8");
    const [, snippet = ""] = /```html\n(.*?)```/s.exec(page) ?? [];
    expect(snippet).toContain("WRITE_KEY");
    const here = snippet.replaceAll("WRITE_KEY", writeKey).replaceAll("https://cdp.shop.example", collector);
    return `<!doctype html><title>Shop</title>${here}`;
  }

  const answered = (page: Page, type: string): Promise<unknown> =>
    page.waitForResponse((response) => response.url() === `${collector}/v1/${type}` && response.status() === 200);

  async function visit(page: Page, event: string): Promise<void> {
    await Promise.all([answered(page, "p"), page.goto(origin)]);
    await Promise.all([answered(page, "t"), page.evaluate(`analytics.track(${JSON.stringify(event)})`)]);
  }

  it("is one person before and after its storage was cleared, and asked nobody else for anything", async () => {
    const source = { name: "Site", kind: "browser", allowedOrigins: [origin], firstPartyId: {} };
    const { status, body } = await tributary.api("/api/sources", source);
    expect(status).toBe(201);
    html = documentedPage(body.writeKey);
    const context = await browser.newContext({ userAgent: PERSON });
    const page = await context.newPage();
    const asked = new Set<string>();
    page.on("request", (request) => asked.add(new URL(request.url()).origin));

    await visit(page, "First");
    const cookies = (await context.cookies(collector)).filter(({ name }) => name === "tributary_id");
    expect(cookies).toMatchObject([{ httpOnly: true, sameSite: "Lax", path: "/", domain: "localhost" }]);

    await page.evaluate("localStorage.clear()");
    await context.clearCookies({ name: /^ajs_/ });
    await visit(page, "Second");
    expect(asked).toEqual(new Set([origin, collector]));

    const device = cookies[0]?.value.split(".")[2] ?? "";
    await eventually(async () => {
      const { body: profile } = await tributary.api(`/api/profiles/device_id:${device}`);
      const known = profile.identifiers.map(({ type }: { type: string }) => type).sort();
      expect(known).toEqual(["anonymous_id", "anonymous_id", "device_id"]);
    });
    await context.close();
  }, 180_000);
});
