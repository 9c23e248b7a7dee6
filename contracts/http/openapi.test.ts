import { describe, expect, it } from "vitest";
import { isJsonObject, type Json, type JsonObject } from "#core/kernel/json.ts";
import { openApi } from "./openapi.ts";
import type { Route } from "./route.ts";
import { isApiPath, ROUTES } from "./routes.ts";

const document = openApi();
const routes = Object.entries(ROUTES) as unknown as readonly (readonly [string, Route])[];

function* refsIn(value: Json | undefined): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value as JsonObject)) {
    if (name === "$ref" && typeof inner === "string") yield inner;
    else yield* refsIn(inner);
  }
}

const at = (pointer: string): Json | undefined =>
  pointer
    .slice(2)
    .split("/")
    .reduce<Json | undefined>((here, step) => (isJsonObject(here) ? here[step] : undefined), document);

describe("the OpenAPI document", () => {
  it("describes every route of the table once, with the parts of its path", () => {
    const described = Object.entries(document.paths as JsonObject).flatMap(([path, operations]) =>
      Object.entries(operations as JsonObject).map(([method, operation]) => [
        (operation as JsonObject).operationId,
        method.toUpperCase(),
        path,
      ]),
    );
    const promised = routes.map(([name, { method, path }]) => [name, method, path]);
    expect(new Set(described.map(String))).toEqual(new Set(promised.map(String)));
    expect(described).toHaveLength(promised.length);
  });

  it("refers only to what it holds", () => {
    const refs = new Set(refsIn(document));
    expect(refs).toContain("#/components/schemas/Condition");
    for (const ref of refs) expect(at(ref), ref).toBeDefined();
    expect(JSON.stringify(document)).not.toContain("$defs");
  });

  it("shows conditions as they may be written, not only as an object", () => {
    const preview = (document.paths as Record<string, JsonObject>)["/api/segments/preview"]?.post as JsonObject;
    expect(JSON.stringify(preview.requestBody)).toContain("#/components/schemas/Condition");
  });

  it("names the codes of each refusal under their status", () => {
    const path = (document.paths as Record<string, JsonObject>)["/api/profiles/{identifier}"]?.get as JsonObject;
    const responses = path.responses as Record<string, JsonObject>;
    expect(responses["404"]?.description).toBe("profile.not_found");
    expect(responses["400"]?.description).toBe("identifier.malformed, identifier.unusable");
    expect(Object.keys(responses)).toEqual(["200", "400", "401", "404", "500", "503"]);
  });
});

describe("paths of the API", () => {
  it("are all under /api but those by which Jitsu sends events", () => {
    expect(["/api", "/api/segments", "/api/settings"].every(isApiPath)).toBe(true);
    expect(["/api/s/track", "/api/s", "/apiary", "/v1/batch", "/"].some(isApiPath)).toBe(false);
  });
});
