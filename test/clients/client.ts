import type { FaultName } from "./faults.ts";

/** Where a client is told to send, and with which key. */
export interface Address {
  readonly url: string;
  readonly writeKey: string;
  /** Resolves once everything arrived and was acknowledged, or nothing more is to be expected. */
  settled(): Promise<void>;
}

/** A client as it is published, with what is known of it. */
export interface Client {
  /** As in the table, after the package's name: how it was set up. */
  readonly setup: string;
  readonly package: string;
  /** The events that its calls make. */
  readonly calls: readonly string[];
  /** Whether it sends again what was not acknowledged, and then whether as late as a 429's `Retry-After` says. */
  readonly repeats: "as told" | "by its own clock" | "never";
  /** The faults after which one that repeats throws its events away nevertheless, by its own design. */
  readonly givesUpOn?: readonly FaultName[];
  /** What it was told that the person allows. */
  readonly consent?: Readonly<Record<string, boolean>>;
  /** Whether it runs in a page, which people leave. */
  readonly inPage: boolean;
  /**
   * Makes its calls about one person, and leaves the page at once where told so. Resolves, with the failures it told
   * of, when it has delivered or given up.
   */
  send(to: Address, userId: string, leaving: boolean): Promise<readonly unknown[]>;
}

export const ALL_CALLS: readonly string[] = ["identify", "Order Completed", "page", "group", "alias"];

export const ORDER = {
  order_id: "o-1",
  revenue: 49.9,
  currency: "EUR",
  products: [{ sku: "tasse-bleue", price: 12.5 }],
};

export const traits = (userId: string) => ({ email: `${userId}@Example.org `, firstName: "Ana", plan: null });

/** The id the person had before the alias. */
export const before = (userId: string): string => `${userId}-before`;
