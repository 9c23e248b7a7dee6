import { afterAll, describe, expect, it } from "vitest";
import { openInbox } from "#adapters/local/inbox.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { assertLink } from "#core/identity/link.ts";
import { openDataFolder } from "#local/data-folder.ts";
import { startProcessing } from "#local/processing.ts";
import { newDataFolder, removeDataFolder } from "#test/support/tributary-process.ts";

const data = newDataFolder();
afterAll(() => removeDataFolder(data));

describe("waiting for what came in", () => {
  it("ends even where what came in says nothing to the lake", async () => {
    const folder = openDataFolder(data);
    const processing = startProcessing({
      folder,
      rules: async () => defaultIdentityRules,
      clock: Date.now,
      onSetAside: (error) => {
        throw error;
      },
    });
    const inbox = openInbox(folder.inbox, () => processing.wake());
    const between = [
      { type: "user_id", value: "ana" },
      { type: "email", value: "ana@example.org" },
    ] as const;
    const claim = {
      class: "human",
      verdict: "different",
      source: "api",
      trust: "server",
      at: { at: 0, by: "x" },
    } as const;
    await inbox.assertions.append([{ kind: "link", between, link: assertLink({ between, ...claim }) }]);
    await processing.settle();
    await inbox.intake.append({ events: [], badEvents: [] });
    await processing.settle();
    await processing.stop();
    await expect(processing.ended).resolves.toBeUndefined();
    inbox.close();
  });
});
