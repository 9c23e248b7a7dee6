import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { childrenOf, isAlive, NO_PROCESSES } from "#test/support/children-of.ts";
import { eventually } from "#test/support/eventually.ts";
import {
  newDataFolder,
  removeDataFolder,
  runLocal,
  startTributary,
  type TributaryProcess,
} from "#test/support/tributary-process.ts";

const folders: string[] = [];
const begin = async (): Promise<TributaryProcess> => {
  const data = newDataFolder();
  folders.push(data);
  return startTributary(data);
};
afterAll(() => folders.map(removeDataFolder));

const LIST = "sequence(1, 10000)";
const MANY = `UNNEST(${LIST}) AS t (x) CROSS JOIN UNNEST(${LIST}) AS u (y)`;
const MILLIONS = `UNNEST(${LIST}) AS t (x) CROSS JOIN UNNEST(sequence(1, 1000)) AS u (y)`;
/** More than any machine has, of which the engine counts nothing. */
const BOMBS = [
  `SELECT ${LIST}, x FROM UNNEST(${LIST}) AS t (x)`,
  `SELECT transform(${LIST}, i -> ${LIST}) FROM UNNEST(${LIST}) AS t (x)`,
  `SELECT length(array_join(array_agg(rpad('x', 10000, 'x')), ',')) FROM ${MANY}`,
];

describe("statements that would take the machine with them", { timeout: 900_000 }, () => {
  it("are refused, while everybody else is served and nothing is lost", async () => {
    const server = await begin();
    const over = new AbortController();
    const sent: string[] = [];
    const send = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const messageId = `m-${sent.length}`;
        const event = { messageId, type: "track", event: "Seen", userId: "ana" };
        expect((await server.send("/v1/batch", { batch: [event] })).status).toBe(200);
        sent.push(messageId);
        expect((await server.api("/api/health")).status).toBe(200);
        expect((await server.api("/api/profiles/user_id:ana")).status).toBeLessThan(500);
        await sleep(20);
      }
    };
    const sending = send();
    const told = await Promise.all(BOMBS.map((sql) => server.api("/api/queries", { sql })));
    const sane = await server.rows(`SELECT count(*) FROM ${MILLIONS}`);
    over.abort();
    await sending;
    const [first] = told;
    expect(first?.body).toMatchObject({ code: "query.too_much_memory", message: expect.stringContaining("ask for") });
    // Whichever bound each of them met, there was one.
    for (const { status, body } of told) {
      expect({ status, code: body.code }).toEqual({
        status: 400,
        code: expect.stringMatching(/^(query\.too_much_memory|sql\.refused)$/),
      });
    }
    expect(sane).toEqual([[10_000_000]]);
    expect(await server.rows("SELECT count(*), count(DISTINCT message_id) FROM events")).toEqual([
      [sent.length, sent.length],
    ]);
    expect(await server.stop()).toBe(0);
  });

  it("are refused at the command line too, where no server runs", async () => {
    const data = newDataFolder();
    folders.push(data);
    const failed = await runLocal("sql", BOMBS[0] as string, "--data", data).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("more memory than there is") });
    expect((await runLocal("sql", "SELECT 1 AS one", "--data", data, "--json")).stdout).toContain('"rows":[[1]]');
  });
});

if (NO_PROCESSES !== undefined) console.warn(`skipped: ${NO_PROCESSES}`);

describe.skipIf(NO_PROCESSES !== undefined)("the process that answers analysts", () => {
  it("is not there before anybody asks, and may be killed at any moment: questions are answered", async () => {
    const server = await begin();
    expect(childrenOf(server.pid)).toEqual([]);
    const slow = server.rows(`SELECT count(*) FROM ${MILLIONS}`);
    const [child] = await eventually(async () => {
      const children = childrenOf(server.pid);
      expect(children).toHaveLength(1);
      return children;
    });
    process.kill(child as number, "SIGKILL");
    expect(await slow).toEqual([[10_000_000]]);
    const [another] = childrenOf(server.pid);
    expect(another).not.toBe(child);
    process.kill(another as number, "SIGKILL");
    expect(await server.rows("SELECT 1")).toEqual([[1]]);
    expect(await server.stop()).toBe(0);
  });

  it.each(["is told to stop", "is killed"])(
    "is gone when its server %s, even in the middle of a statement",
    async (how) => {
      const server = await begin();
      await server.rows("SELECT 1");
      const children = childrenOf(server.pid);
      expect(children).toHaveLength(1);
      const endless = "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT (n + 1) % 10 FROM t) SELECT count(*) FROM t";
      const unanswered = server.rows(endless).catch(() => "unanswered");
      await (how === "is killed" ? server.kill() : server.stop());
      await eventually(async () => expect(children.filter(isAlive)).toEqual([]));
      expect(await unanswered).toBe("unanswered");
    },
  );
});
