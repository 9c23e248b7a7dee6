import type { ImportProgress } from "./import-progress.ts";

export interface ImportLedger {
  /** The progress of an import; `undefined` where it never began. */
  get(id: string): Promise<ImportProgress | undefined>;
  /** Keeps the progress in place of what stood there. Once answered, it survives the death of the process. */
  put(progress: ImportProgress): Promise<void>;
  /** Every import that ever began, the latest first. */
  list(): Promise<readonly ImportProgress[]>;
}
