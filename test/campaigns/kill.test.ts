import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openDatabase } from "#adapters/local/database.ts";
import { localOutbox } from "#adapters/local/outbox.ts";

const PROGRAM = fileURLToPath(new URL("./campaign-process.ts", import.meta.url));
const PEOPLE = 2_000;

/** Starts the process and kills it so many milliseconds after it is ready; `undefined` lets it live. */
function start(
  folder: string,
  killAfter: number | undefined,
): Promise<{ readonly killed: boolean; readonly said: string }> {
  const child = spawn(process.execPath, [PROGRAM, folder, String(PEOPLE)], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (said === "" && killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
    said += chunk.toString();
  });
  return new Promise((resolve) =>
    child.once("exit", (_code, signal) => resolve({ killed: signal === "SIGKILL", said })),
  );
}

describe("a campaign on one machine", () => {
  it("is killed again and again, and delivers each message once", async () => {
    const folder = mkdtempSync(join(tmpdir(), "campaign-"));
    try {
      const deaths = [];
      for (const killAfter of [15, 60, 120, 200, 300, 400]) deaths.push(await start(folder, killAfter));
      const { said } = await start(folder, undefined);
      const { planned, heldOut } = JSON.parse(said.split("\n")[1] ?? "{}") as { planned: number; heldOut: number };
      expect(planned + heldOut).toBe(PEOPLE);
      const database = openDatabase(join(folder, "outbox.db"), "");
      const { messages } = localOutbox(database).list({ campaignId: "spring" }, { limit: PEOPLE });
      database.close();
      expect(messages).toHaveLength(planned);
      expect(messages.filter(({ status, deliveries }) => status !== "sent" || deliveries !== 1)).toEqual([]);
      expect(deaths.some(({ killed }) => killed)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
