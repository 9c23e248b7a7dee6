import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A shop's web server: of another origin than Tributary, so that browsers ask before they send. */
export interface ShopServer {
  /** Puts a page on a host of its own, and answers the address at which people land. */
  page(html: string): string;
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);

/** What shops put into their pages, from the packages as they are published. */
const SCRIPTS = {
  "/analytics-next.js": require.resolve("@segment/analytics-next/dist/umd/standalone.js"),
  "/rudderstack.js": join(dirname(require.resolve("@rudderstack/analytics-js/bundled")), "..", "umd", "index.js"),
};

/** Comes without a bundle of its own: shops make one, with the client that it wraps. */
const WITH_CONSENT = fileURLToPath(new URL("with-consent.ts", import.meta.url));

/** How the visitor came, by what mail and by whose click. */
const LANDING = "/promo?utm_source=mail&utm_campaign=hiver&gclid=g1";

export async function startShopServer(): Promise<ShopServer> {
  const scripts = new Map(Object.entries(SCRIPTS).map(([path, file]) => [path, readFileSync(file, "utf8")]));
  scripts.set("/with-consent.js", await bundle(WITH_CONSENT));
  const pages = new Map<string, string>();
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? "");
    const html = pages.get(request.headers.host ?? "");
    const [type, body] = script === undefined ? ["text/html", html] : ["text/javascript", script];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": `${type}; charset=utf-8` });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    page: (html) => {
      const host = `shop-${pages.size}.localhost:${port}`;
      pages.set(host, html);
      return `http://${host}${LANDING}`;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bundle(file: string): Promise<string> {
  const options = { bundle: true, write: false, format: "iife", logLevel: "error" } as const;
  const { outputFiles } = await build({ entryPoints: [file], ...options });
  return outputFiles.map(({ text }) => text).join("");
}
