import { describe, expect, it } from "vitest";
import type { SourceFile } from "./source-file.ts";

/** What a file does against a law, one sentence each; none where it keeps it. */
export type Law = (file: SourceFile) => readonly string[];

export interface LawCases {
  readonly law: Law;
  /** The files it is for. */
  readonly files: readonly SourceFile[];
  /** Files made up to break it, so that the law is known to see: path, then text. */
  readonly broken: Readonly<Record<string, string>>;
  /** Files made up that look like breaking it and do not. */
  readonly kept?: Readonly<Record<string, string>>;
}

/** Asks a law of every file it is for, after showing that it can tell. */
export function describeLaw(title: string, { law, files, broken, kept = {} }: LawCases): void {
  describe(title, () => {
    it.each(Object.entries(broken))("is seen to be broken by %s", (path, text) => {
      expect(law({ path, text })).not.toEqual([]);
    });

    it.each(Object.entries(kept))("is kept by %s", (path, text) => {
      expect(law({ path, text })).toEqual([]);
    });

    it("is kept by the repository", () => {
      expect(files.length).toBeGreaterThan(0);
      expect(files.flatMap((file) => law(file).map((offence) => `${file.path}: ${offence}`))).toEqual([]);
    });
  });
}
