import { afterAll, describe } from "vitest";
import { startTrino } from "./support/trino-server.ts";
import { functionsMeanTheSame } from "./trino-functions.cases.ts";
import { segmentsMeanTheSame } from "./trino-segments.cases.ts";
import { viewsMeanTheSame } from "./trino-views.cases.ts";

// Started once for all of these: that alone takes half a minute.
const trino = await startTrino();
if ("missing" in trino) console.info(`skipped: ${trino.missing}`);

describe.skipIf("missing" in trino)("beside a real Trino", () => {
  if ("missing" in trino) return;
  afterAll(() => trino.stop());
  describe("the shop's lake", () => {
    viewsMeanTheSame(trino);
  });
  describe("the functions that analysts use", () => {
    functionsMeanTheSame(trino);
  });
  describe("segments have the same members", () => {
    segmentsMeanTheSame(trino);
  });
});
