import { afterAll, describe } from "vitest";
import { startTrino } from "./support/trino-server.ts";
import { viewsMeanTheSame } from "./trino-views.cases.ts";

// Started once for all of these: that alone takes half a minute.
const trino = await startTrino();
if ("missing" in trino) console.info(`skipped: ${trino.missing}`);

describe.skipIf("missing" in trino)("beside a real Trino", () => {
  if ("missing" in trino) return;
  afterAll(() => trino.stop());
  describe("the shop's lake", () => viewsMeanTheSame(trino));
});
