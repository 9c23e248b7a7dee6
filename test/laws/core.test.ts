import { Visitor } from "oxc-parser";
import { describeLaw, type Law } from "./law.ts";
import { codeFiles, importsOf, isTest, lineAt, parsed, type SourceFile } from "./source-file.ts";

const domain = codeFiles.filter(({ path }) => path.startsWith("core/") && !isTest(path));

/** Imports point left only; what files become is known to nobody but the doors. */
const ORDER = ["kernel", "events", "identity", "consent", "profiles", "segments", "computed", "campaigns"];
/** Rooms beside the order, which nothing of it imports, and what they may see of it. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  imports: ["kernel", "events", "identity", "imports"],
  plans: ["kernel", "events", "plans"],
};

const pointsLeft: Law = (file) => {
  const room = file.path.split("/")[1] ?? "";
  const allowed = BESIDE[room] ?? ORDER.slice(0, ORDER.indexOf(room) + 1);
  return importsOf(file)
    .filter((name) => name.startsWith("#") && !allowed.some((left) => name.startsWith(`#core/${left}/`)))
    .map((name) => `imports ${name}`);
};

const awaitsInFlows: Law = (file) => {
  if (/\.flow\.ts$|\/ports\.ts$/.test(file.path)) return [];
  const found = places(file);
  new Visitor({
    FunctionDeclaration: (node) => node.async && found.add("async", node),
    FunctionExpression: (node) => node.async && found.add("async", node),
    ArrowFunctionExpression: (node) => node.async && found.add("async", node),
    AwaitExpression: (node) => found.add("await", node),
    Identifier: (node) => node.name === "Promise" && found.add("Promise", node),
  }).visit(parsed(file).program);
  return found.all;
};

/** What answers differently another time, or reaches out of the process: the core is given it. */
const OUTSIDE = new Set(
  "Math.random crypto.randomUUID crypto.getRandomValues performance.now Date.now Temporal.Now".split(" "),
);
const OUTSIDE_NAMES = new Set("process console fetch setTimeout setInterval setImmediate queueMicrotask".split(" "));
const OUTSIDE_IMPORTS = new Set(["randomUUID", "randomBytes", "randomInt", "getRandomValues", "randomFillSync"]);

const asksNobody: Law = (file) => {
  const found = places(file);
  const text = (node: Place): string => file.text.slice(node.start, node.end);
  const { program } = parsed(file);
  new Visitor({
    MemberExpression: (node) => {
      if (OUTSIDE.has(text(node).replace("globalThis.", ""))) found.add(text(node), node);
      if (!node.computed && node.object.type === "Identifier" && OUTSIDE_NAMES.has(node.object.name))
        found.add(text(node), node);
    },
    CallExpression: ({ callee }) => {
      if (callee.type === "Identifier" && (OUTSIDE_NAMES.has(callee.name) || callee.name === "Date"))
        found.add(`${callee.name}()`, callee);
    },
    NewExpression: (node) => {
      if (node.callee.type === "Identifier" && node.callee.name === "Date" && node.arguments.length === 0)
        found.add("new Date()", node);
    },
    ImportSpecifier: (node) => OUTSIDE_IMPORTS.has(text(node.imported)) && found.add(text(node.imported), node),
  }).visit(program);
  return found.all;
};

interface Place {
  readonly start: number;
  readonly end: number;
}

function places({ text }: SourceFile) {
  const all: string[] = [];
  const add = (what: string, { start }: Place): void => void all.push(`${what} in line ${lineAt(text, start)}`);
  return { all, add };
}

describeLaw("imports inside the core point left", {
  law: pointsLeft,
  files: domain,
  broken: {
    "core/kernel/a.ts": 'import { Event } from "#core/events/event.ts";',
    "core/events/a.ts": 'import type { Profile } from "#core/profiles/profile.ts";',
    "core/profiles/a.ts": 'export { member } from "#core/segments/member.ts";',
    "core/campaigns/a.ts": 'import { store } from "#adapters/memory/store.ts";',
    "core/imports/a.ts": 'const { absorb } = await import("#core/profiles/absorb.ts");',
    "core/segments/a.ts": 'import { mapRow } from "#core/imports/map-row.flow.ts";',
    "core/plans/a.ts": 'import type { Profile } from "#core/profiles/profile.ts";',
    "core/events/b.ts": 'import { compilePlan } from "#core/plans/compile-plan.ts";',
    "core/drawer/a.ts": 'import { x } from "#core/drawer/x.ts";',
  },
  kept: { "core/profiles/a.ts": 'import { link } from "#core/identity/link.ts";\nimport { b } from "./b.ts";' },
});

describeLaw("only flows and ports wait", {
  law: awaitsInFlows,
  files: domain,
  broken: {
    "core/events/a.ts": "export async function a() {}",
    "core/events/b.ts": "export const b = async () => {};",
    "core/events/c.ts": "export const c = { async read() {} };",
    "core/events/d.ts": "export type D = () => Promise<void>;",
    "core/events/e.ts": "export const e = Promise.resolve(1);",
    "core/events/f.ts": "await ready;",
  },
  kept: {
    "core/events/a.flow.ts": "export const a = async (): Promise<void> => {};",
    "core/events/ports.ts": "export interface Log { append(): Promise<void> }",
    "core/events/b.ts": "/** An async Promise to await. */ export const b = 1;",
  },
});

describeLaw("the core asks no clock, no dice, no environment, no network", {
  law: asksNobody,
  files: domain,
  broken: {
    "core/kernel/a.ts": "const a = Date.now();",
    "core/kernel/b.ts": "const b = new Date();",
    "core/kernel/c.ts": "const c = Date();",
    "core/kernel/d.ts": "const d = Math.random();",
    "core/kernel/e.ts": 'import { randomUUID } from "node:crypto";',
    "core/kernel/f.ts": "const f = globalThis.crypto.randomUUID();",
    "core/kernel/g.ts": "const { HOME } = process.env;",
    "core/kernel/h.ts": 'console.log("here");',
    "core/kernel/i.ts": 'const i = fetch("https://example.org");',
    "core/kernel/j.ts": "setTimeout(() => {}, 1);",
    "core/kernel/k.ts": "const clock = Date.now;",
  },
  kept: {
    "core/kernel/l.ts": "const l = new Date(0).toISOString();",
    "core/kernel/m.ts": "const m = Date.parse(text);",
    "core/kernel/n.ts": "const n = (clock: () => number) => clock();",
    "core/kernel/o.ts": 'import { hash } from "node:crypto";',
  },
});
