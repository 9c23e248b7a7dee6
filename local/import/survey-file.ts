import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream";
import { TextDecoder } from "node:util";
import { createGunzip, createZstdDecompress } from "node:zlib";
import {
  type Compression,
  compressionOf,
  encodingByMark,
  encodingOf,
  type FileKind,
  isParquet,
  kindOf,
  separatorOf,
} from "#core/imports/detect-form.ts";
import type { FormatHints } from "#core/imports/mapping.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";

/** What a file is, found out by reading all of it once: a small part of the cost of importing it. */
export interface FileSurvey {
  readonly path: string;
  readonly file: string;
  readonly compression: Compression;
  /** SHA-256 of the content as it is without its compression. */
  readonly contentHash: string;
  /** The content's size in bytes. */
  readonly bytes: number;
  readonly kind: Exclude<FileKind, "json_array">;
  readonly encoding: string;
  /** Set where bytes were found that the encoding cannot mean. */
  readonly hasWrongBytes: boolean;
  readonly separator: string;
  /** Lines end in a carriage return alone, as old Macs wrote them. */
  readonly returnsOnly: boolean;
}

export type FileRejection = Rejection<"import.no_file" | "import.unknown_form" | "import.broken_file">;

const SAMPLE = 65_536;
const CHUNK = 65_536;

export async function surveyFile(path: string, hints: FormatHints): Promise<FileSurvey | FileRejection> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) return rejection("import.no_file", `${path} cannot be read: ${found.message}`);
  if (!found.isFile()) return rejection("import.no_file", `${path} is not a file.`);
  const start = await firstBytes(path);
  if (isParquet(start)) {
    return rejection(
      "import.unknown_form",
      `${basename(path)} is a Parquet file, which is not read yet. With DuckDB: COPY (FROM '${basename(path)}') TO 'rows.csv'.`,
    );
  }
  const compression = compressionOf(start);
  const content = await surveyContent(path, compression).catch((error: Error) => error);
  if (content instanceof Error) {
    return rejection("import.broken_file", `${basename(path)} cannot be read to its end: ${content.message}`);
  }
  return formOf(path, compression, content, hints);
}

interface Content {
  readonly hash: string;
  readonly bytes: number;
  readonly sample: Uint8Array;
  /** UTF-8 characters beyond ASCII, and places that are not UTF-8. */
  readonly proper: number;
  readonly wrong: number;
}

function formOf(
  path: string,
  compression: Compression,
  content: Content,
  hints: FormatHints,
): FileSurvey | FileRejection {
  const file = basename(path);
  const encoding = hints.encoding ?? encodingByMark(content.sample) ?? encodingOf(content);
  const decoder = decoderFor(encoding);
  if (decoder === undefined) return rejection("import.unknown_form", `There is no encoding called "${encoding}".`);
  const sample = decoder.decode(content.sample);
  const returnsOnly = sample.includes("\r") && !sample.includes("\n");
  const lines = returnsOnly ? sample.replaceAll("\r", "\n") : sample;
  const kind = hints.kind ?? kindOf(lines);
  if (kind === "json_array") {
    return rejection(
      "import.unknown_form",
      `${file} is one JSON array. Write one object a line, for example with: jq -c '.[]' ${file} > rows.jsonl`,
    );
  }
  return {
    path,
    file,
    compression,
    contentHash: content.hash,
    bytes: content.bytes,
    kind,
    encoding: decoder.encoding,
    hasWrongBytes: decoder.encoding === "utf-8" && content.wrong > 0,
    separator: hints.separator ?? separatorOf(lines),
    returnsOnly,
  };
}

export function decoderFor(encoding: string): TextDecoder | undefined {
  try {
    return new TextDecoder(encoding);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The file's content, piece by piece, without its compression. Throws where it cannot be read or unpacked. */
export async function* contentOf(path: string, compression: Compression): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK });
  if (compression === "none") {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const unpacker =
    compression === "gzip" ? createGunzip({ chunkSize: CHUNK }) : createZstdDecompress({ chunkSize: CHUNK });
  // Ends both streams when either fails or the reader stops early. What failed is thrown by the loop over the unpacker.
  pipeline(file, unpacker, () => {});
  yield* unpacker as AsyncIterable<Buffer>;
}

async function surveyContent(path: string, compression: Compression): Promise<Content> {
  const hash = createHash("sha256");
  const utf8 = new TextDecoder("utf-8");
  const sample: Buffer[] = [];
  let [bytes, sampled, proper, wrong] = [0, 0, 0, 0];
  let carried: Buffer = Buffer.alloc(0);
  for await (const chunk of contentOf(path, compression)) {
    hash.update(chunk);
    bytes += chunk.length;
    if (sampled < SAMPLE) {
      const part = chunk.subarray(0, SAMPLE - sampled);
      sample.push(Buffer.from(part));
      sampled += part.length;
    }
    // Cut after the last line end: no character of UTF-8 crosses it, so each piece can be judged alone.
    const joined = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const cut = joined.length > 4 * CHUNK ? joined.length : joined.lastIndexOf(10) + 1;
    const counted = surveyUtf8(joined.subarray(0, cut), utf8);
    carried = Buffer.from(joined.subarray(cut));
    proper += counted.proper;
    wrong += counted.wrong;
  }
  const counted = surveyUtf8(carried, utf8);
  return {
    hash: hash.digest("base64url"),
    bytes,
    sample: Buffer.concat(sample),
    proper: proper + counted.proper,
    wrong: wrong + counted.wrong,
  };
}

const REPLACED = "\u{FFFD}";

function surveyUtf8(piece: Buffer, utf8: TextDecoder): { readonly proper: number; readonly wrong: number } {
  // Whether it is UTF-8 at all is found out in passing; only text that is not is looked at character by character.
  if (isUtf8(piece)) return { proper: piece.length > 0 && hasHighByte(piece) ? 1 : 0, wrong: 0 };
  let [proper, wrong] = [0, 0];
  for (const character of utf8.decode(piece)) {
    if (character === REPLACED) wrong++;
    else if (character > "\u{7F}") proper++;
  }
  return { proper, wrong };
}

const hasHighByte = (piece: Buffer): boolean => piece.some((byte) => byte > 127);
