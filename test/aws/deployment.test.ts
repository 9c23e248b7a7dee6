import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { CreateEmailIdentityCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import { DuckDBInstance } from "@duckdb/node-api";
import { Analytics } from "@segment/analytics-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SendMessage } from "#contracts/bus.ts";
import { messageNamed } from "#test/contracts/outbox.ts";
import { type Deployed, deploy } from "./support/deployed.ts";
import { askService, type Ministack, ministackMissing, ROOT, startMinistack } from "./support/ministack.ts";

const missing = await ministackMissing();
if (missing !== undefined) console.warn(`the deployment is not tested: ${missing}`);

describe.skipIf(missing !== undefined)("the test stage, deployed to an emulator that enforces IAM", () => {
  let emulator: Ministack;
  let deployed: Deployed;
  let writeKey: string;
  let token: string;

  beforeAll(async () => {
    emulator = await startMinistack();
    deployed = await deploy(emulator);
    token = await signIn(emulator, deployed);
    writeKey = await addSource(deployed.url, token);
  });

  afterAll(async () => {
    await deployed?.stop();
    await emulator?.stop();
  });

  const api = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${deployed.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });

  it("takes in what an unmodified SDK sends, and answers with the person it was about", async () => {
    const analytics = new Analytics({ writeKey, host: deployed.url });
    const failures: unknown[] = [];
    analytics.on("error", (error) => failures.push(error));
    analytics.track({ anonymousId: "visitor-1", event: "Product Viewed", properties: { sku: "lamp" } });
    analytics.identify({
      userId: "ana",
      anonymousId: "visitor-1",
      traits: { email: "ana@shop.example", plan: "gold" },
    });
    analytics.track({ userId: "ana", event: "Order Completed", properties: { order_id: "o1", revenue: 12.5 } });
    await analytics.closeAndFlush();
    expect(failures).toEqual([]);

    const profile = await until(async () => {
      const answer = await api("/api/profiles/anonymous_id:visitor-1");
      const body = (await answer.json()) as Profile;
      return answer.ok && body.traits?.plan === "gold" ? body : undefined;
    });
    expect(profile.identifiers.map(({ type, value }) => `${type}:${value}`)).toEqual(
      expect.arrayContaining(["user_id:ana", "anonymous_id:visitor-1", "email:ana@shop.example"]),
    );
  });

  it("has the events in the lake, as Parquet with times that are times", async () => {
    const rows = await until(async () => {
      const found = await lakeRows(emulator, deployed, "events_log", "event, event_time, revenue, user_id");
      return found.length >= 3 ? found : undefined;
    });
    const order = rows.find(({ event }) => event === "Order Completed");
    expect(order).toMatchObject({ revenue: 12.5, user_id: "ana" });
    expect(String(order?.event_time)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/);
  });

  it("has what became of identity in the lake, told by the store's own stream", async () => {
    const rows = await until(async () => {
      const found = await lakeRows(emulator, deployed, "identity_changes", "identity_key, profile_id");
      return found.some(({ identity_key }) => identity_key === "anonymous_id:visitor-1") ? found : undefined;
    });
    expect(rows.every(({ profile_id }) => typeof profile_id === "string")).toBe(true);
  });

  it("keeps what it refuses, and lets the neighbours through", async () => {
    const batch = [
      { type: "track", userId: "bo", event: "Fine" },
      { type: "track", event: "Nobody's" },
    ];
    const answer = await send(deployed, writeKey, batch);
    expect(answer.status).toBe(200);
    const rows = await until(async () => {
      const found = await lakeRows(emulator, deployed, "bad_events", "code, payload");
      return found.length > 0 ? found : undefined;
    });
    expect(rows[0]?.payload).toContain("Nobody's");
  });

  it("lets nobody in without a key or a sign-in", async () => {
    expect((await send(deployed, "not-a-key", [{ type: "track", userId: "x", event: "y" }])).status).toBe(401);
    expect((await fetch(`${deployed.url}/api/health`)).status).toBe(401);
    expect((await api("/api/health")).status).toBe(200);
  });

  it("rotates the key of a source, and refuses what a page sends that its source does not allow", async () => {
    const change = async (method: string, path: string, body?: object) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`${deployed.url}${path}`, { method, headers, ...sent });
      return { status: answer.status, body: (await answer.json()) as Source & { writeKey: string; code: string } };
    };
    const source = { id: "shop", name: "Shop", kind: "browser", allowedOrigins: ["https://shop.example"] };
    const made = await change("POST", "/api/sources", source);
    expect([made.status, made.body.keys.length]).toEqual([201, 1]);
    const rotated = await change("POST", "/api/sources/shop/keys");
    expect([rotated.status, rotated.body.keys.length]).toEqual([201, 2]);
    const revoked = await change("DELETE", `/api/sources/shop/keys/${made.body.keys[0]?.id}`);
    expect([revoked.status, revoked.body.keys]).toEqual([200, rotated.body.keys.slice(0, 1)]);
    const page = (key: string, origin: string) =>
      fetch(`${deployed.url}/v1/track?writeKey=${key}`, {
        method: "POST",
        headers: { origin, "content-type": "text/plain" },
        body: JSON.stringify({ event: "Seen", userId: "cy" }),
      });
    expect((await page(made.body.writeKey, "https://shop.example")).status).toBe(401);
    const own = await page(rotated.body.writeKey, "https://shop.example");
    expect([own.status, own.headers.get("access-control-allow-origin")]).toEqual([200, "https://shop.example"]);
    expect((await page(rotated.body.writeKey, "https://evil.example")).status).toBe(403);
    expect(await change("DELETE", "/api/sources/shop")).toMatchObject({ status: 200 });
  });

  it("answers SQL through Athena", async () => {
    const following = ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:StopQueryExecution"];
    await letThrough(emulator, "api-ApiRole", ...following);
    const sql = "SELECT event, count(*) AS n FROM events_log WHERE user_id = 'ana' GROUP BY event ORDER BY event";
    const answer = await api("/api/queries", { method: "POST", body: JSON.stringify({ sql }) });
    const { rows } = (await answer.json()) as { rows: unknown[][] };
    expect(rows).toContainEqual(["Order Completed", 1]);
  });

  it("sends what is put into its queue, once, and says so in the lake", async () => {
    await letThrough(emulator, "campaigns-SendRole", "ses:SendEmail");
    const ses = new SESv2Client(clientOptions(emulator));
    await ses.send(new CreateEmailIdentityCommand({ EmailIdentity: "example.org" }));
    const message = messageNamed("m1", { to: { type: "email", value: "ana@shop.example" } });
    for (let times = 0; times < 2; times++) await queueMessage(emulator, { v: 1, message });
    const rows = await until(async () => {
      const found = await lakeRows(emulator, deployed, "message_events", "message_id, status");
      return found.length > 0 ? found : undefined;
    });
    expect(rows[0]).toEqual({ message_id: "m1", status: "sent" });
    const answer = await fetch(`${emulator.url}/_ministack/ses/messages`);
    const { messages } = (await answer.json()) as { messages: Record<string, { To: string[] }[]> };
    expect(Object.values(messages).flat()).toMatchObject([{ To: ["ana@shop.example"] }]);
  });

  it("asked for nothing it is not allowed, and had no trouble", async () => {
    const lines = await loggedLines(emulator);
    expect(lines.filter((line) => line.startsWith("START ")).length).toBeGreaterThan(0);
    const trouble = lines.filter((line) => /AccessDenied|not authorized|level: 'error'|"level":"error"/.test(line));
    expect(trouble, lines.join("\n")).toEqual([]);
  });
});

interface Source {
  readonly keys: readonly { readonly id: string }[];
}

interface Profile {
  readonly identifiers: readonly { readonly type: string; readonly value: string }[];
  readonly traits?: Readonly<Record<string, unknown>>;
}

interface SignedIn {
  readonly AuthenticationResult?: { readonly IdToken: string };
}

/** As the runbook says: the command line asks the deployed API, as the user who signed in, for a source and its key. */
async function addSource(url: string, token: string): Promise<string> {
  const args = [join(ROOT, "bin", "local.ts"), "sources", "add", "site", "--url", url, "--json"];
  const env = { ...process.env, TRIBUTARY_TOKEN: token };
  const made = await promisify(execFile)(process.execPath, args, { env });
  return (JSON.parse(made.stdout) as { readonly writeKey: string }).writeKey;
}

/** Makes a user, as an administrator would, and signs in as that user. */
async function signIn(emulator: Ministack, { outputs }: Deployed): Promise<string> {
  const [UserPoolId, ClientId] = [outputs.stores?.UserPool, outputs.api?.UserPoolClient];
  const [Username, Password] = ["ops@shop.example", "Correct-horse-9-battery"];
  const ask = (action: string, body: object): Promise<SignedIn> =>
    askService(emulator, `AWSCognitoIdentityProviderService.${action}`, "cognito-idp", { UserPoolId, ...body });
  await ask("AdminCreateUser", { Username, MessageAction: "SUPPRESS" });
  await ask("AdminSetUserPassword", { Username, Password, Permanent: true });
  const AuthParameters = { USERNAME: Username, PASSWORD: Password };
  const signedIn = await ask("AdminInitiateAuth", { ClientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters });
  return signedIn.AuthenticationResult?.IdToken ?? "";
}

/**
 * The emulator does not know which resource some requests are about, as AWS does (to which workgroup a running query
 * belongs; as which identity a message goes out), and so refuses what our policies allow of that resource. Only those
 * actions are let through here; `test/synth/permissions.txt` shows what the policies say of them.
 */
async function letThrough({ url }: Ministack, role: string, ...Action: readonly string[]): Promise<void> {
  const ask = async (parameters: Readonly<Record<string, string>>): Promise<string> => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0";
    const body = new URLSearchParams({ Version: "2010-05-08", ...parameters });
    const answer = await fetch(url, { method: "POST", headers: { authorization }, body });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.text();
  };
  const roles = await ask({ Action: "ListRoles", MaxItems: "1000" });
  const [RoleName = ""] = new RegExp(`tributary-test-${role}[\\w-]+`).exec(roles) ?? [];
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "*" }],
  });
  await ask({ Action: "PutRolePolicy", RoleName, PolicyName: "what-the-emulator-cannot-tell", PolicyDocument });
}

async function queueMessage(emulator: Ministack, body: SendMessage): Promise<void> {
  const ask = <Answer>(action: string, asked: object): Promise<Answer> =>
    askService(emulator, `AmazonSQS.${action}`, "sqs", asked);
  const { QueueUrls } = await ask<{ QueueUrls: string[] }>("ListQueues", {});
  const QueueUrl = QueueUrls.find((url) => url.includes("campaigns-OutgoingQueue"));
  await ask("SendMessage", { QueueUrl, MessageBody: JSON.stringify(body) });
}

/** What the functions wrote to their logs. */
async function loggedLines(emulator: Ministack): Promise<readonly string[]> {
  const ask = <Answer>(action: string, body: object): Promise<Answer> =>
    askService(emulator, `Logs_20140328.${action}`, "logs", body);
  const { logGroups } = await ask<{ logGroups: { logGroupName: string }[] }>("DescribeLogGroups", {});
  const read = logGroups.map(({ logGroupName }) =>
    ask<{ events: { message: string }[] }>("FilterLogEvents", { logGroupName }),
  );
  return (await Promise.all(read)).flatMap(({ events }) => events.map(({ message }) => message));
}

const send = ({ url }: Deployed, key: string, batch: readonly object[]): Promise<Response> =>
  fetch(`${url}/v1/batch`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` },
    body: JSON.stringify({ batch }),
  });

type Row = Readonly<Record<string, unknown>>;

/** The rows of today's and yesterday's files of a table. */
async function lakeRows(emulator: Ministack, { outputs }: Deployed, table: string, columns: string): Promise<Row[]> {
  const client = new S3Client({ ...clientOptions(emulator), forcePathStyle: true });
  const Bucket = outputs.lake?.LakeBucket;
  const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `${table}/dt=` }));
  const folder = await mkdtemp(join(tmpdir(), "tributary-lake-"));
  try {
    const files = await Promise.all(
      (listed.Contents ?? []).map(async ({ Key }, at) => {
        expect(Key).toMatch(new RegExp(`^${table}/dt=\\d{4}-\\d\\d-\\d\\d/[^/]+\\.parquet$`));
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        const file = join(folder, `${at}.parquet`);
        writeFileSync(file, (await Body?.transformToByteArray()) ?? new Uint8Array());
        return file;
      }),
    );
    if (files.length === 0) return [];
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    const read = await connection.runAndReadAll(`SELECT ${columns} FROM read_parquet('${folder}/*.parquet')`);
    connection.closeSync();
    return read.getRowObjects();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const clientOptions = ({ url }: Ministack) => ({
  endpoint: url,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/** Asks again until there is an answer, for what happens a moment later. */
async function until<T>(ask: () => Promise<T | undefined>, seconds = 30): Promise<T> {
  for (const deadline = Date.now() + seconds * 1_000; ; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`no answer within ${seconds} seconds`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
