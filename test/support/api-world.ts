import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { memoryListKeys } from "#adapters/memory/list-keys.ts";
import { memoryMembershipStore } from "#adapters/memory/membership-store.ts";
import { type MemoryProfileStore, memoryComponentPages, memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { duckdbDialect } from "#adapters/sql/duckdb-dialect.ts";
import { segmentSql } from "#adapters/sql/segment-sql.ts";
import type { ImportJob } from "#contracts/http/imports.ts";
import type { Campaign } from "#core/campaigns/campaign.ts";
import { defaultAdmissionLimits } from "#core/events/admission-limits.ts";
import { admit } from "#core/events/admit.ts";
import type { Event } from "#core/events/event.ts";
import { badEventRow, eventsLogRow } from "#core/events/lake-rows.ts";
import type { RecoveryClaim } from "#core/events/recovery/ports.ts";
import type { Source, Trust } from "#core/events/source.ts";
import { defaultIdentityRules } from "#core/identity/identity-rules.ts";
import { normaliserFor } from "#core/identity/normalise.ts";
import type { Json, JsonObject } from "#core/kernel/json.ts";
import type { TrackingPlan } from "#core/plans/tracking-plan.ts";
import { absorbEvents } from "#core/profiles/absorb-events.flow.ts";
import { changeRows } from "#core/profiles/change-rows.ts";
import type { Assertion } from "#core/profiles/evidence.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { SnapshotState } from "#core/segments/snapshot-state.ts";
import { type ApiPorts, apiHandler } from "#lambdas/api/handler.ts";
import { brokenPromise } from "./api-contract.ts";
import { computedOf } from "./computed-of.ts";
import { type DuckDbLake, duckDbLake } from "./duckdb-lake.ts";

export const NOW = Date.parse("2026-11-02T10:00:00.000Z");

interface Answered {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface ApiWorld {
  readonly ports: ApiPorts;
  readonly lake: DuckDbLake;
  /** What was asked of ports that only record, and what went wrong, in order. */
  readonly log: readonly unknown[][];
  /** Takes events in as a source's requests would be, into profiles and lake. */
  take(events: readonly JsonObject[], from?: { readonly source?: string; readonly trust?: Trust }): Promise<void>;
  /** Whatever is answered is held against the published contract. */
  ask(
    method: string,
    path: string,
    body?: Json,
    headers?: Readonly<Record<string, string>>,
    context?: object,
  ): Promise<Answered>;
  /** Takes in what was asserted through the API: what the resolver does a moment later. */
  settle(): Promise<void>;
}

/** The API over memory, with DuckDB for a lake. `broken` replaces ports, to see what happens when they fail. */
export async function apiWorld(lake: DuckDbLake, broken: Partial<ApiPorts> = {}): Promise<ApiWorld> {
  const [log, pending]: [unknown[][], Assertion[]] = [[], []];
  const [clock, store] = [() => NOW, memoryProfileStore()];
  const settle = async (events: readonly Event[] = []): Promise<void> => {
    const batch = { events, assertions: pending.splice(0) };
    const { changes } = await absorbEvents({ store, pause: async () => {} }, batch, defaultIdentityRules);
    for (const change of changes) await appendChange(lake, changeRows(change, defaultIdentityRules, NOW));
  };
  const ports: ApiPorts = {
    clock,
    rules: defaultIdentityRules,
    store,
    identity: identityOf(store, log),
    memberships: memoryMembershipStore(store),
    assertions: { append: async (assertions) => void pending.push(...assertions) },
    segments: memoryDefinitions<SegmentDefinition>(clock),
    ofSegments: segmentPorts(lake, log),
    computed: computedOf(lake, clock),
    campaigns: memoryDefinitions<Campaign>(clock),
    campaignRuns: { start: async (run) => void log.push(["campaignRuns.start", run]) },
    sources: memoryDefinitions<Source>(clock),
    trackingPlans: memoryDefinitions<TrackingPlan>(clock),
    newWriteKey: numberedKeys(),
    recovery: recoveryInto(lake, log),
    segmentSql: (condition, now) => segmentSql(condition, now, duckdbDialect),
    lake,
    analyst: { query: (sql) => lake.query(sql), next: async () => undefined },
    dialect: "duckdb",
    imports: memoryImports(),
    pause: async () => settle(),
    onTrouble: (error, requestId) => void log.push(["trouble", error, requestId]),
    ...broken,
  };
  const handler = apiHandler(ports);
  const parts = { ports, lake, log, settle };
  return {
    ...parts,
    take: async (sent, from) => {
      const events = admittedAll(sent, from);
      await lake.append("events_log", events.map(eventsLogRow));
      await settle(events);
    },
    ask: async (method, path, body, headers = {}, context = {}) => {
      const event = gatewayRequest(method, path, body, headers);
      const asked = { ...event, requestContext: { ...event.requestContext, ...context } };
      return asPromised(method, path, await handler(asked));
    },
  };
}

export { duckDbLake };

function asPromised(
  method: string,
  path: string,
  answer: Awaited<ReturnType<ReturnType<typeof apiHandler>>>,
): Answered {
  const status = answer.statusCode ?? 0;
  const body = JSON.parse(answer.body ?? "") as JsonObject;
  const broken = brokenPromise(method, path.split("?", 1)[0] ?? "", status, body);
  if (broken !== undefined) throw new Error(`the answer to ${method} ${path} breaks the contract: ${broken}`);
  return { status, body, headers: answer.headers ?? {} };
}

/** Evaluations are only recorded; a column is a byte. */
const segmentPorts = (lake: DuckDbLake, log: unknown[][]): ApiPorts["ofSegments"] => ({
  versions: memoryDefinitions<SegmentDefinition>(() => NOW),
  states: memoryDefinitions<SnapshotState>(() => NOW),
  runs: { start: async (run) => void log.push(["segmentRuns.start", run]) },
  lists: memoryDefinitions<ListDefinition>(() => NOW),
  listRows: lake,
  listKeys: memoryListKeys(),
  columnBytes: async (reads) => reads.flatMap(({ columns }) => columns).length,
});

function numberedKeys(): () => string {
  let made = 1;
  return () => `write-key-${made++}`;
}

async function appendChange(lake: DuckDbLake, rows: ReturnType<typeof changeRows>): Promise<void> {
  await lake.append("identity_changes", rows.identity_changes);
  await lake.append("profile_changes", rows.profile_changes);
  await lake.append("consent_changes", rows.consent_changes);
  await lake.append("link_changes", rows.link_changes);
}

/** Rules are shown and tried on what is stored; applying them is only recorded. */
const identityOf = (store: MemoryProfileStore, log: unknown[][]): ApiPorts["identity"] => ({
  pages: memoryComponentPages(store),
  retelling: async () => undefined,
  apply: async (rules) => void log.push(["identity.apply", rules]),
  before: undefined,
});

/** What is let in after all is in the lake at once. */
const recoveryInto = (lake: DuckDbLake, log: unknown[][]): ApiPorts["recovery"] => ({
  intake: {
    append: async (batch) => {
      log.push(["recovery.intake.append", batch]);
      await lake.append("events_log", batch.events.map(eventsLogRow));
      await lake.append("bad_events", batch.badEvents.map(badEventRow));
    },
  },
  claims: memoryDefinitions<RecoveryClaim>(() => NOW),
  plans: { checkOf: async () => undefined },
  limits: defaultAdmissionLimits,
});

const admittedAll = (
  sent: readonly JsonObject[],
  { source = "shop", trust = "server" }: { readonly source?: string; readonly trust?: Trust } = {},
): readonly Event[] => sent.map((event, position) => admitted(event, position, source, trust));

function admitted(sent: JsonObject, position: number, source: string, trust: Trust): Event {
  const limits = defaultAdmissionLimits;
  const normalise = normaliserFor(defaultIdentityRules);
  const made = admit(sent, { position }, { source, trust, receivedAt: NOW, limits, normalise });
  if (made.kind === "bad") throw new Error(`the test's event is bad: ${JSON.stringify(made.badEvent.problems)}`);
  return made.event;
}

function memoryImports(): ApiPorts["imports"] {
  const jobs: ImportJob[] = [];
  return {
    list: async () => jobs,
    start: async ({ file, mapping }) => {
      const job: ImportJob = {
        id: `i${jobs.length}`,
        file,
        mapping,
        status: "running",
        rows: 0,
        events: 0,
        badEvents: 0,
        startedAt: new Date(NOW).toISOString(),
        endedAt: null,
        problem: null,
      };
      jobs.unshift(job);
      return job;
    },
  };
}

/** A request as API Gateway hands it over. A text body goes as it is, anything else as JSON. */
function gatewayRequest(
  method: string,
  path: string,
  body?: Json,
  headers: Readonly<Record<string, string>> = {},
): APIGatewayProxyEventV2 {
  const [rawPath = "", rawQueryString = ""] = path.split("?", 2);
  const query = Object.fromEntries(new URLSearchParams(rawQueryString));
  const http = { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "test" };
  const text = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers,
    isBase64Encoded: false,
    ...(rawQueryString === "" ? {} : { queryStringParameters: query }),
    ...text,
    // As the cloud's greedy route gives it: it must not get in the way of our own.
    pathParameters: { proxy: rawPath.slice(1) },
    requestContext: {
      accountId: "0",
      apiId: "a",
      domainName: "d",
      domainPrefix: "d",
      routeKey: "$default",
      stage: "$default",
      requestId: "r-1",
      time: "",
      timeEpoch: NOW,
      http,
    },
  };
}
