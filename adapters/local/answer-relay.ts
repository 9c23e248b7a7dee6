import type { FromAnalyst } from "./analyst-messages.ts";
import type { AnswerPages, AnswerWriter } from "./answer-pages.ts";

/** Sends the pages of one answer to the parent, who outlives this process: one at a time, so that none piles up on the way. */
export class AnswerRelay implements AnswerPages {
  /** Whether there was more than the limits let through; known once the answer is whole. */
  isTruncated = false;
  readonly #id: number;
  readonly #say: (told: FromAnalyst) => void;
  #taken: ((isKept: boolean) => void) | undefined;

  constructor(id: number, say: (told: FromAnalyst) => void) {
    this.#id = id;
    this.#say = say;
  }

  /** The parent has the last page, or cannot keep it. */
  taken(isKept: boolean): void {
    this.#taken?.(isKept);
  }

  async begin(): Promise<AnswerWriter> {
    return {
      add: (rows) =>
        new Promise((done, failed) => {
          this.#taken = (isKept) => (isKept ? done() : failed(new Error("the page could not be kept")));
          this.#say({ kind: "page", id: this.#id, rows });
        }),
      keep: (_columns, truncated) => {
        this.isTruncated = truncated;
        return "with the parent";
      },
      drop: async () => {},
    };
  }

  async page(): Promise<undefined> {
    return undefined;
  }

  close(): void {}
}
