/** Those who wait until the inbox is written up to a position. */
export class Settlers {
  readonly #waiting: {
    readonly target: number;
    readonly done: () => void;
    readonly failed: (error: unknown) => void;
  }[] = [];
  #broken: { readonly error: unknown } | undefined;

  get any(): boolean {
    return this.#waiting.length > 0;
  }

  wait(target: number): Promise<void> {
    return new Promise((done, failed) => {
      if (this.#broken === undefined) this.#waiting.push({ target, done, failed });
      else failed(this.#broken.error);
    });
  }

  /** Whether somebody waits for no more than is there already. */
  isDue(position: number): boolean {
    return this.#waiting.some(({ target }) => target <= position);
  }

  /** Answers those who wait for no more than what `written` tells. */
  answer(written: () => number): void {
    if (!this.any) return;
    const position = written();
    const due = this.#waiting.filter(({ target }) => target <= position);
    const others = this.#waiting.filter(({ target }) => target > position);
    this.#waiting.splice(0, this.#waiting.length, ...others);
    for (const { done } of due) done();
  }

  /** Nothing more will be written: everybody who waits hears why, and whoever comes later too. */
  fail(error: unknown): void {
    this.#broken = { error };
    for (const { failed } of this.#waiting.splice(0)) failed(error);
  }
}
