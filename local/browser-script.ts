import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import {
  SCRIPT_CACHE,
  SCRIPT_FILE,
  SCRIPT_FOLDER,
  SCRIPT_PACKAGE,
  SCRIPT_PARTS,
  SCRIPT_PARTS_FOLDER,
  SCRIPT_PATH,
  SCRIPT_ROOT,
  SCRIPT_STABLE,
} from "#contracts/browser-script.ts";

type Answer = APIGatewayProxyStructuredResultV2;

interface Wanted {
  /** Below the package's own folder. */
  readonly file: string;
  readonly cache: string;
  readonly type: string;
}

const manifest = createRequire(import.meta.url).resolve(`${SCRIPT_PACKAGE}/package.json`);
const folder = dirname(manifest);
const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };

/** Whether a path is one at which the browser's client, or a part of it, is fetched. */
export const isScriptPath = (path: string): boolean => SCRIPT_PATH.test(path) || path.startsWith(`${SCRIPT_ROOT}/`);

/** Plays the bucket and its distribution: the browser's client as its package has it, the same for every write key. */
export function answerScript({ rawPath, headers, requestContext }: APIGatewayProxyEventV2): Answer {
  if (!["GET", "HEAD"].includes(requestContext.http.method))
    return refusal(405, "route.method", requestContext.requestId);
  const wanted = wantedAt(rawPath);
  if (wanted === undefined) return refusal(404, "route.unknown", requestContext.requestId);
  const asked = join(folder, wanted.file);
  // The package brings its files compressed as well.
  const packed = /\bgzip\b/.test(headers["accept-encoding"] ?? "") && existsSync(`${asked}.gz`);
  return {
    statusCode: 200,
    headers: {
      ...OPEN,
      "content-type": wanted.type,
      "cache-control": wanted.cache,
      vary: "Accept-Encoding",
      ...(packed ? { "content-encoding": "gzip" } : {}),
    },
    body: readFileSync(packed ? `${asked}.gz` : asked, "base64"),
    isBase64Encoded: true,
  };
}

/** Pages that check the script by its digest ask for it with CORS. */
const OPEN = { "access-control-allow-origin": "*" };
const JAVASCRIPT = "text/javascript; charset=utf-8";

function wantedAt(path: string): Wanted | undefined {
  const whole = { file: `${SCRIPT_FOLDER}/${SCRIPT_FILE}`, type: JAVASCRIPT };
  if (SCRIPT_PATH.test(path)) return { ...whole, cache: SCRIPT_CACHE.stable };
  const [under, name, ...more] = path.slice(SCRIPT_ROOT.length + 1).split("/");
  if (name === undefined || more.length > 0) return undefined;
  if (under === "licence" && name === "LICENSE.MD") {
    return { file: name, type: "text/plain; charset=utf-8", cache: SCRIPT_CACHE.stable };
  }
  if (under === SCRIPT_PARTS_FOLDER) return partNamed(name);
  if (name !== SCRIPT_FILE) return undefined;
  if (under === SCRIPT_STABLE) return { ...whole, cache: SCRIPT_CACHE.stable };
  return under === version ? { ...whole, cache: SCRIPT_CACHE.pinned } : undefined;
}

function partNamed(name: string): Wanted | undefined {
  const file = `${SCRIPT_FOLDER}/${name}`;
  const isThere = SCRIPT_PARTS.test(name) && existsSync(join(folder, file));
  return isThere ? { file, type: JAVASCRIPT, cache: SCRIPT_CACHE.pinned } : undefined;
}

function refusal(statusCode: 404 | 405, code: string, requestId: string): Answer {
  const message = statusCode === 405 ? "this path takes GET and HEAD" : "there is no such script, or part of one, here";
  const headers = { ...OPEN, "content-type": "application/json" };
  return { statusCode, headers, body: JSON.stringify({ code, message, requestId }) };
}
