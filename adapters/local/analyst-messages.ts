import type { PageSize, QueryResult } from "#core/kernel/ports.ts";
import type { DamagedFile } from "./lake-damage.ts";
import type { LakeQueryOptions } from "./lake-query.ts";

/** What the process that answers analysts is started with. */
export interface AnalystSettings {
  readonly lakeDir: string;
  /** Whose death is its own. */
  readonly parentPid: number;
  /** How much of it may be resident, in bytes. */
  readonly residentBytes: number;
  readonly query: LakeQueryOptions;
}

/** What it is asked. */
export type ToAnalyst =
  | {
      readonly kind: "ask";
      readonly id: number;
      readonly sql: string;
      readonly page: PageSize;
      readonly timeMs: number;
    }
  /** The page that was sent last is kept, and another may follow; or it could not be kept, and none may. */
  | { readonly kind: "taken"; readonly id: number; readonly isKept: boolean };

export type RefusalKind = "refused" | "late" | "large" | "fault";

/** What it says. Rows are JSON in bytes: most pages are kept without being read. */
export type FromAnalyst =
  | { readonly kind: "ready" }
  | { readonly kind: "unable"; readonly message: string }
  /** A page behind the first: it waits until that one is taken. */
  | { readonly kind: "page"; readonly id: number; readonly rows: Uint8Array }
  | ({ readonly id: number } & State & (Answered | Refused));

export interface Answered {
  readonly kind: "answered";
  readonly columns: QueryResult["columns"];
  /** The first page. */
  readonly rows: Uint8Array;
  readonly truncated: boolean;
}

interface Refused {
  readonly kind: "refused";
  readonly why: RefusalKind;
  readonly message: string;
}

/** How it is with the process once a question is answered. */
interface State {
  readonly residentBytes: number;
  readonly damaged: readonly DamagedFile[];
}
