import type { JsonObject } from "#core/kernel/json.ts";

/** A row of a file, or a stretch of text that is none. Rows are numbered from 1, broken ones too; lines likewise. */
export type FileRow =
  | { readonly kind: "row"; readonly number: number; readonly line: number; readonly value: JsonObject }
  | {
      readonly kind: "broken";
      readonly number: number;
      readonly line: number;
      readonly text: string;
      readonly reason: string;
    };
