import { parse, YAMLParseError } from "yaml";

/** What YAML or JSON text says (JSON is YAML, so one reader serves both), or why it is neither. */
export function readYaml(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (error) {
    if (error instanceof YAMLParseError) return error;
    throw error;
  }
}
