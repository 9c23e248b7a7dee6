import * as z from "zod";
import type { JsonObject } from "#core/kernel/json.ts";
import { Problem } from "./problem.ts";
import { statusOf } from "./rejections.ts";
import type { Route } from "./route.ts";
import { ROUTES } from "./routes.ts";

/** What any request under `/api` may be refused with. */
const ALWAYS = ["auth.no_token", "service.unavailable", "service.error"] as const;
const WITH_BODY = ["body.missing", "body.not_json", "body.too_deep", "body.too_large", "body.invalid"] as const;

/** The whole API as an OpenAPI 3.1 document, made from the very schemas that requests are checked against. */
export function openApi(): OpenApi {
  made ??= describeAll();
  return made;
}

type OpenApi = JsonObject & { readonly openapi: string };
let made: OpenApi | undefined;

function describeAll(): OpenApi {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const [name, route] of Object.entries(ROUTES) as unknown as readonly (readonly [string, Route])[]) {
    const operation = operationOf(name, route, schemas);
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Tributary",
      version: "1",
      description: "Profiles, segments, campaigns and the lake of a customer data platform.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: schemas.of(Problem), ...schemas.shared },
    },
  };
}

function operationOf(name: string, route: Route, schemas: Schemas): JsonObject {
  const body = route.published ?? route.body;
  const isServed = !(route.answer instanceof z.ZodNever);
  const success = { description: route.summary, content: json(isServed ? schemas.of(route.answer) : {}) };
  return {
    operationId: name,
    summary: route.summary,
    parameters: [...pathParameters(route), ...queryParameters(route, schemas)],
    ...(body === undefined ? {} : { requestBody: { required: isNeeded(body), content: json(schemas.of(body)) } }),
    responses: { ...(isServed ? { [route.status]: success } : {}), ...problemsOf(route) },
  };
}

const pathParameters = (route: Route): readonly JsonObject[] =>
  [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));

function queryParameters(route: Route, schemas: Schemas): readonly JsonObject[] {
  const shape = (route.query?.shape ?? {}) as Readonly<Record<string, z.ZodType>>;
  return Object.entries(shape).map(([name, schema]) => ({
    name,
    in: "query",
    required: isNeeded(schema),
    // What is read from text says what it becomes.
    schema: schemas.of(schema, "output"),
  }));
}

const isNeeded = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;

/** One response a status, naming the codes that have it. */
function problemsOf(route: Route): JsonObject {
  const codes = [
    ...ALWAYS,
    ...(route.body === undefined ? [] : WITH_BODY),
    ...(route.query === undefined ? [] : (["query.invalid"] as const)),
    ...route.refusals,
  ];
  const content = json({ $ref: `${SHARED}Problem` });
  return Object.fromEntries(
    [...Map.groupBy(codes, statusOf)].map(([status, those]) => [status, { description: those.join(", "), content }]),
  );
}

const json = (schema: JsonObject): JsonObject => ({ "application/json": { schema } });

const SHARED = "#/components/schemas/";

/** JSON Schema of zod's, with what schemas share moved to one place of the document. */
class Schemas {
  readonly shared: Record<string, JsonObject> = {};

  /** As *input* by default, so that members with defaults are optional and answers may grow. */
  of(schema: z.ZodType, io: "input" | "output" = "input"): JsonObject {
    const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
    let text = JSON.stringify(rest);
    for (const [name, definition] of Object.entries($defs)) {
      const reference = `"#/$defs/${name}"`;
      const own = JSON.stringify(definition).replaceAll(reference, `"${SHARED}${nameOf(name)}"`);
      this.shared[nameOf(name)] = JSON.parse(own) as JsonObject;
      text = text.replaceAll(reference, `"${SHARED}${nameOf(name)}"`);
    }
    return JSON.parse(text) as JsonObject;
  }
}

/** The one schema here that recurs and has no name of its own is "any JSON". */
const nameOf = (name: string): string => (name.startsWith("__schema") ? "Json" : name);
