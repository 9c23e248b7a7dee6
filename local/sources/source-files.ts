import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { YAMLParseError } from "yaml";
import { Source } from "#core/events/source.ts";
import { SourceSettings } from "#core/events/source-settings.ts";
import { isJsonObject } from "#core/kernel/json.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { readYaml } from "#local/read-yaml.ts";

/** A source as its owner's files want it. */
export interface WantedSource {
  readonly id: string;
  readonly settings: SourceSettings;
}

type FileRejection = Rejection<"source.bad_file">;

/** Reads all of the files, or says of the first that is wrong what is wrong with it: then nothing is to be applied. */
export async function readSourceFiles(paths: readonly string[]): Promise<readonly WantedSource[] | FileRejection> {
  const wanted: WantedSource[] = [];
  for (const path of paths) {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => error);
    if (text instanceof Error) return rejection("source.bad_file", `${path} cannot be read: ${text.message}`);
    const read = sourcesIn(path, text);
    if (isRejection(read)) return read;
    wanted.push(...read);
  }
  const twice = wanted.find(({ id }, at) => wanted.findIndex((other) => other.id === id) !== at);
  if (twice === undefined) return wanted;
  return rejection("source.bad_file", `the source ${twice.id} is there twice; give each an id of its own`);
}

function sourcesIn(path: string, text: string): readonly WantedSource[] | FileRejection {
  const document = readYaml(text);
  if (document instanceof YAMLParseError) {
    return rejection("source.bad_file", `${path} is neither YAML nor JSON: ${document.message}`);
  }
  const list: readonly unknown[] = Array.isArray(document) ? document : [document];
  const name = Array.isArray(document) ? undefined : basename(path, extname(path));
  const read: WantedSource[] = [];
  for (const [at, entry] of list.entries()) {
    const one = sourceIn(entry, name);
    if (typeof one === "string") {
      return rejection("source.bad_file", `${path}${name === undefined ? `, number ${at + 1}` : ""}: ${one}`);
    }
    read.push(one);
  }
  return read;
}

/** A source, or what is wrong with it. */
function sourceIn(entry: unknown, name: string | undefined): WantedSource | string {
  if (!isJsonObject(entry)) return "a source is expected: its name, its kind…";
  if ("keys" in entry || "writeKey" in entry) {
    return "a file holds no keys: applying it makes the first one and shows it, and sources rotate makes the next";
  }
  const { id = name, ...said } = entry;
  const named = Source.shape.id.safeParse(id);
  if (!named.success) return `id: ${named.error.issues.map(({ message }) => message).join("; ")}`;
  const settings = SourceSettings.safeParse(said);
  if (settings.success) return { id: named.data, settings: settings.data };
  return settings.error.issues.map(({ path, message }) => [...path.slice(0, 4), message].join(": ")).join("; ");
}
