import * as z from "zod";
import { SegmentDefinition } from "./segment-definition.ts";

/** The published schema of a segment's definition, JSON Schema 2020-12: for OpenAPI, editors and other languages. */
export const segmentJsonSchema = (): object => z.toJSONSchema(SegmentDefinition, { io: "input" });
