import type { ImportAsked, ImportJob } from "#contracts/http/imports.ts";
import type { LakeRows } from "#contracts/lake.ts";
import type { TableRead } from "#contracts/table-read.ts";
import type { Campaign } from "#core/campaigns/campaign.ts";
import type { Run } from "#core/campaigns/message.ts";
import type { ComputedTrait } from "#core/computed/computed-trait.ts";
import type { ComputedSample, ComputedStore } from "#core/computed/ports.ts";
import type { RefreshReport } from "#core/computed/refresh-computed.flow.ts";
import type { RecoveryPorts } from "#core/events/recovery/ports.ts";
import type { Source } from "#core/events/source.ts";
import type { IdentityRules } from "#core/identity/identity-rules.ts";
import type { AnalystQuery, Clock, Definitions, LakeQuery, LakeWriter } from "#core/kernel/ports.ts";
import type { Rejection } from "#core/kernel/rejection.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { TrackingPlan } from "#core/plans/tracking-plan.ts";
import type { Assertions, ComponentPages, ProfileStore } from "#core/profiles/ports.ts";
import type { ResolvedCondition } from "#core/segments/condition.ts";
import type { ListDefinition } from "#core/segments/list-definition.ts";
import type { ListKeys, MembershipStore } from "#core/segments/ports.ts";
import type { SegmentDefinition } from "#core/segments/segment-definition.ts";
import type { SnapshotRun, SnapshotState } from "#core/segments/snapshot-state.ts";

export interface Imports {
  /** Latest first. */
  list(): Promise<readonly ImportJob[] | Rejection<"import.not_served_here">>;
  /**
   * Starts taking a file in and answers at once. `file` is a name, never a path; where `content` is given it is put
   * into the landing zone under that name first.
   */
  start(asked: ImportAsked): Promise<ImportJob | Rejection>;
}

export interface CampaignRuns {
  /** Resolves once it is durable that the run is to be made: from then on it is made at least once, whoever dies. */
  start(run: Run & { readonly now: EpochMs }): Promise<void>;
}

export interface SegmentRuns {
  /** Resolves once it is durable that the segment is to be evaluated: from then on it is at least once, whoever dies. */
  start(run: SnapshotRun): Promise<void>;
}

/** Segments, beside what each means today. */
export interface SegmentPorts {
  /** What segments meant before, under `id@version`. */
  readonly versions: Definitions<SegmentDefinition>;
  /** How far the evaluation of each is. */
  readonly states: Pick<Definitions<SnapshotState>, "get" | "list">;
  readonly runs: SegmentRuns;
  readonly lists: Definitions<ListDefinition>;
  readonly listRows: LakeWriter<Pick<LakeRows, "list_members">>;
  readonly listKeys: Pick<ListKeys, "write">;
  /**
   * Asks that whoever came onto a list or went from it be looked at now. Absent where whoever looks finds out at once; it
   * is found out in the end in any case.
   */
  readonly listMoved?: () => Promise<void>;
  /**
   * How many bytes these columns of the lake's tables are, where somebody can say: what a query has to read at most.
   * Absent where the engine itself counts what it reads.
   */
  readonly columnBytes?: (reads: readonly TableRead[]) => Promise<number>;
}

/** How far the lake was told of what changed rules make of the people there are. */
export interface Retelling {
  /** Keys reached, of about how many. */
  readonly looked: number;
  readonly of: number;
}

/** The rules of identity, beside those that hold: what is stored, and how rules are changed here. */
export interface IdentityPorts {
  readonly pages: ComponentPages;
  /** Where changed rules are still being applied: how far that is. */
  retelling(): Promise<Retelling | undefined>;
  /** Resolves once it is durable that these rules hold from now on, and that everybody will be told what they change. */
  apply(rules: IdentityRules): Promise<Rejection<"identity_rules.deployed"> | undefined>;
  /** Rules that held before those that are deployed, while the lake is to be told of the change (`retell`). */
  readonly before: IdentityRules | undefined;
}

/** What events make of people. */
export interface ComputedPorts {
  readonly traits: Definitions<ComputedTrait>;
  readonly store: Pick<ComputedStore, "read">;
  /** Brings everybody's up to date: answers when that is done, or, where it goes on by itself, when it is sure to be. */
  refresh(options: {
    readonly full: boolean;
  }): Promise<RefreshReport | { readonly kind: "started" } | Rejection<"computed_trait.busy">>;
  /** What a trait would come to. */
  sample(trait: ComputedTrait, now: EpochMs, size: number): Promise<ComputedSample>;
}

/** Everything the API reaches for. */
export interface ApiPorts {
  readonly clock: Clock;
  readonly rules: IdentityRules;
  readonly store: ProfileStore;
  readonly assertions: Assertions;
  readonly identity: IdentityPorts;
  readonly segments: Definitions<SegmentDefinition>;
  /** Who is in what, as it is kept up to date. */
  readonly memberships: Pick<MembershipStore, "of">;
  readonly ofSegments: SegmentPorts;
  readonly computed: ComputedPorts;
  readonly campaigns: Definitions<Campaign>;
  readonly campaignRuns: CampaignRuns;
  readonly sources: Definitions<Source>;
  readonly trackingPlans: Definitions<TrackingPlan>;
  /** A secret that nobody can guess: what a sender sends with. */
  readonly newWriteKey: () => string;
  readonly recovery: Pick<RecoveryPorts, "intake" | "claims" | "plans" | "limits" | "ipPolicy">;
  /** A query of the lake's dialect with one column, `profile_id`, and a row for each person the condition means. */
  readonly segmentSql: (condition: ResolvedCondition, now: EpochMs) => string;
  readonly lake: LakeQuery;
  readonly analyst: AnalystQuery;
  readonly dialect: "duckdb" | "athena";
  /** Files of the lake that cannot be read, where somebody keeps a list of them. */
  readonly damagedFiles?: () => readonly { readonly table: string; readonly file: string; readonly why: string }[];
  readonly imports: Imports;
  /** Resolves after so many milliseconds: for a reader who must wait for its own write to be taken in. */
  readonly pause: (ms: number) => Promise<void>;
  /** Tells whoever operates this what broke. Given the error itself: `troubleReport` makes a line of it. */
  readonly onTrouble: (error: unknown, requestId: string) => void;
}
