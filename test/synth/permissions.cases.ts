import { describe, expect, it } from "vitest";
import { ofType, type Properties, production, type Resource } from "./synthesise.ts";

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** A resource as a person would write it: `lake/Lake.Arn/events_log/*`. Logical ids become paths, exports what they are of. */
function named(value: unknown, stack: string): string {
  if (typeof value === "string") return value;
  const [[kind, argument]] = Object.entries(value as Properties) as [[string, Properties[string]]];
  if (kind === "Ref") return argument.startsWith("AWS::") ? `<${argument.slice(5)}>` : pathOf(stack, argument);
  if (kind === "Fn::GetAtt") return `${pathOf(stack, argument[0])}.${argument[1]}`;
  if (kind === "Fn::ImportValue") return exported(argument);
  if (kind === "Fn::Sub") return argument.replaceAll(/\$\{AWS::(\w+)\}/g, "<$1>");
  if (kind === "Fn::Join") return joined(argument, stack);
  return JSON.stringify(value);
}

/** What is published for a deployment is named after its content, which is not for people to agree to. */
const joined = ([separator, parts]: readonly [string, readonly unknown[]], stack: string): string =>
  parts
    .map((part) => named(part, stack))
    .join(separator)
    .replace(/[0-9a-f]{64}/, "<asset>");

const pathOf = (stack: string, id: string): string =>
  production.resources
    .find((resource) => resource.stack === stack && resource.id === id)
    ?.path.replace(/\/(Resource|Default)$/, "") ?? id;

function exported(name: string): string {
  const [, stack, kind, rest] = /^tributary-production-(\w+):ExportsOutput(FnGetAtt|Ref)(\w+)$/.exec(name) ?? [];
  const found = production.resources.find((resource) => resource.stack === stack && rest?.startsWith(resource.id));
  if (stack === undefined || found === undefined) return name;
  const attribute = kind === "FnGetAtt" ? `.${rest?.slice(found.id.length).replace(/[0-9A-F]{8}$/, "")}` : "";
  return `${pathOf(stack, found.id)}${attribute}`;
}

/** Every statement of every role: its own, its policies', and those of the managed policies it carries. */
function statementsOf(role: Resource): readonly string[] {
  const policies = ofType(production, "AWS::IAM::Policy").filter(
    ({ stack, Properties }) => stack === role.stack && JSON.stringify(Properties.Roles).includes(`"${role.id}"`),
  );
  const own = list(role.Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[];
  const documents = [
    ...policies.map(({ Properties }) => Properties.PolicyDocument),
    ...own.map((policy) => policy.PolicyDocument),
  ];
  const carried: readonly string[] = (role.Properties.ManagedPolicyArns ?? []).map(
    (arn: unknown) => `  carries ${named(arn, role.stack)}`,
  );
  return [
    ...lines(
      documents.flatMap(({ Statement }) => Statement),
      role.stack,
    ),
    ...carried,
  ].sort();
}

/** One line for each resource, with everything that may be done to it. */
function lines(statements: readonly Statement[], stack: string): readonly string[] {
  const allowed = new Map<string, Set<string>>();
  for (const { Action, Resource } of statements)
    for (const resource of list(Resource).map((each) => named(each, stack)))
      for (const action of list(Action))
        allowed.set(resource, (allowed.get(resource) ?? new Set()).add(String(action)));
  return [...allowed].map(([resource, actions]) => `  ${resource}: ${[...actions].sort().join(", ")}`);
}

describe("permissions", () => {
  const roles = ofType(production, "AWS::IAM::Role");
  const managed = ofType(production, "AWS::IAM::ManagedPolicy");
  const table = [
    ...roles.map((role) => [role.path.replace("/Resource", ""), ...statementsOf(role)].join("\n")),
    ...managed.map((policy) =>
      [
        policy.path.replace("/Resource", ""),
        ...[...lines(policy.Properties.PolicyDocument.Statement, policy.stack)].sort(),
      ].join("\n"),
    ),
  ].sort();

  it("are those a person has read and agreed to", async () => {
    await expect(`${table.join("\n\n")}\n`).toMatchFileSnapshot("permissions.txt");
  });

  it("name what they are for: a star stands for files under a prefix, or for what has no name", () => {
    const starred = table.flatMap((role) => role.split("\n")).filter((line) => line.includes("*"));
    const agreed = [
      /^ {2}lake\/Lake\.Arn\/(errors\/)?[a-z_]+\/\*: (s3:\w+(, )?)+$/,
      /^ {2}segments\/Results\.Arn\/(engine|analysts|snapshots)\/\*: (s3:\w+(, )?)+$/,
      // What copies the browser's script into its bucket.
      /^ {2}collection-domain\/Script\/Files\.Arn\/\*: s3:DeleteObject, s3:GetObject, s3:PutObject$/,
      // Tracing has no resources to name.
      /^ {2}\*: xray:PutTelemetryRecords, xray:PutTraceSegments$/,
    ];
    expect(starred.length).toBeGreaterThan(0);
    expect(starred.filter((line) => !agreed.some((reason) => reason.test(line)))).toEqual([]);
  });

  it("are never AWS's own ready-made policies, which allow more than is asked", () => {
    expect(table.join("\n")).not.toContain("iam::aws:policy");
  });
});
