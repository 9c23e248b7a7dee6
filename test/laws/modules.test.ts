import { type Statement, Visitor } from "oxc-parser";
import { describeLaw, type Law } from "./law.ts";
import { codeFiles, importsOf, lineAt, parsed } from "./source-file.ts";

const noWayUp: Law = (file) =>
  importsOf(file)
    .filter((name) => name.startsWith(".."))
    .map((name) => `imports ${name}`);

/** Tools read their settings from a default export; nothing else has one. */
const namedExports: Law = (file) => {
  if (file.path.endsWith(".config.ts")) return [];
  const found: string[] = [];
  const add = (start: number): void => void found.push(`exports a default in line ${lineAt(file.text, start)}`);
  new Visitor({
    ExportDefaultDeclaration: ({ start }) => add(start),
    ExportSpecifier: ({ exported, start, end }) => {
      if (/\bdefault$/.test(file.text.slice(start, end)) && exported.type === "Identifier") add(start);
    },
  }).visit(parsed(file).program);
  return found;
};

/** A barrel says what is elsewhere and nothing of its own; `export *` makes one of any file. */
const noBarrel: Law = (file) => {
  const { body } = parsed(file).program;
  const passesOn = body.some(({ type }) => type === "ExportAllDeclaration");
  const isEmpty = body.every((node) => node.type === "ImportDeclaration" || isReexport(node));
  return passesOn || (isEmpty && body.some(isReexport)) ? ["is a barrel"] : [];
};

const isReexport = (node: Statement): boolean => node.type === "ExportNamedDeclaration" && node.declaration === null;

/** A function reads its settings in its `index.ts`; what is started by hand or by a runner reads its own. */
const READS_ENVIRONMENT = /^lambdas\/[^/]+\/index\.ts$|^(?:bin|local|bench|test|\.ci)\/|\.config\.ts$|^docs\/tour\//;

const toldNotAsking: Law = (file) => {
  if (READS_ENVIRONMENT.test(file.path)) return [];
  const found: string[] = [];
  const add = (what: string, start: number): void => void found.push(`${what} in line ${lineAt(file.text, start)}`);
  new Visitor({
    MemberExpression: ({ start, end }) => {
      const text = file.text.slice(start, end);
      if (/^(?:globalThis\.)?process(?:\.env|\["env"\])$/.test(text)) add(text, start);
    },
    VariableDeclarator: ({ id, init, start }) => {
      if (id.type === "ObjectPattern" && init?.type === "Identifier" && init.name === "process") add("process", start);
    },
    ImportDeclaration: ({ source, start, end }) => {
      if (/^(?:node:)?process$/.test(source.value) && /\benv\b/.test(file.text.slice(start, end))) add("env", start);
    },
  }).visit(parsed(file).program);
  return found;
};

/** Memory adapters and recording worlds stand in for what is outside; modules are never exchanged. */
const noModuleMocks: Law = ({ text }) =>
  [...text.matchAll(/\bvi\s*\.\s*(?:mock|doMock|hoisted)\b\s*\(/g)].map(({ index }) => `line ${lineAt(text, index)}`);

describeLaw("imports go down or across, never up", {
  law: noWayUp,
  files: codeFiles,
  broken: {
    "core/a.ts": 'import { b } from "../b.ts";',
    "core/b.ts": 'export { b } from "../../b.ts";',
    "core/c.ts": 'const c = await import("../c.ts");',
    "core/d.ts": 'import type { D } from "../d.ts";',
  },
  kept: { "core/a.ts": 'const data = new URL("../../data", import.meta.url);\nimport { b } from "./b.ts";' },
});

describeLaw("exports have names", {
  law: namedExports,
  files: codeFiles,
  broken: { "core/a.ts": "export default 1;", "core/b.ts": "const b = 1;\nexport { b as default };" },
  kept: { "vitest.config.ts": "export default {};", "core/a.ts": "export const a = 1;" },
});

describeLaw("no file is a barrel", {
  law: noBarrel,
  files: codeFiles,
  broken: {
    "core/a.ts": 'export { b } from "./b.ts";\nexport { c } from "./c.ts";',
    "core/b.ts": 'import { b } from "./b.ts";\nexport { b };',
    "core/c.ts": 'export * from "./c.ts";\nexport const more = 1;',
    "core/d.ts": 'export * as d from "./d.ts";',
  },
  kept: {
    "core/a.ts": 'export { b } from "./b.ts";\nexport const a = 1;',
    "test/a.test.ts": 'import "./one.cases.ts";\nimport "./two.cases.ts";',
  },
});

describeLaw("what runs is told its environment", {
  law: toldNotAsking,
  files: codeFiles,
  broken: {
    "lambdas/api/handler.ts": "const table = process.env.TABLE;",
    "adapters/aws/a.ts": 'const region = process["env"].AWS_REGION;',
    "core/events/a.ts": 'import { env } from "node:process";',
    "lib/stacks/a.ts": "const { env } = process;",
  },
  kept: {
    "lambdas/api/index.ts": 'readSettings("api", process.env);',
    "lambdas/api/handler.ts": "process.stdout.write(line);",
  },
});

describeLaw("no test exchanges a module", {
  law: noModuleMocks,
  files: codeFiles.filter(({ path }) => path !== "test/laws/modules.test.ts"),
  broken: { "core/a.test.ts": 'vi.mock("./b.ts");', "core/b.test.ts": 'vi\n  .doMock("./b.ts");' },
  kept: { "core/a.test.ts": "const heard = vi.fn();" },
});
