import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** The package holds one build; what it is for is what it is tried on. */
const HAS_BUILD = process.platform === "linux" && process.arch === "x64";

/** Why there is no browser here, to be printed; `undefined` where there is one. */
export const noBrowser: string | undefined = HAS_BUILD
  ? undefined
  : `the browser that npm delivers is for Linux on x64, and this is ${process.platform} on ${process.arch}`;

/**
 * Chromium as npm delivers it, with nothing of the system. The package's own arguments are for Lambda and switch off what
 * these tests are about (the same-origin policy), so only what a container needs is passed.
 */
export async function startChromium(): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--headless=shell"];
  return playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true });
}
