/** One deployment of Tributary, as a value: everything in which one account's deployment may differ from another's. */
export interface Stage {
  /** Begins the name of every stack (`tributary-production-lake`): short, lower case, with hyphens. */
  readonly name: string;
  /** Where to deploy. Left out, the templates fit any account and Region and the CLI's own decides. */
  readonly account?: string;
  readonly region?: string;
  /**
   * Whether data outlives its stack. Then every stateful resource is retained when its stack goes, tables are protected
   * from deletion and can be restored to any second of the last 35 days.
   */
  readonly keepsData: boolean;
  /** How long logs are kept, in days. They hold request ids, routes and error codes, not people. */
  readonly logDays: 7 | 30 | 90 | 365;
  /** The Glue database: the schema analysts name. Two stages in one account need two. */
  readonly database: string;
  /** The first day the lake may hold, `YYYY-MM-DD`: Athena looks for no earlier partition. */
  readonly lakeSince: string;
  /** How long Firehose gathers rows before it writes a file: less is fresher, more is fewer and larger files. */
  readonly lakeBufferSeconds: number;
  /** Above this an analyst's query is stopped, in gigabytes read. Athena charges by the byte. */
  readonly analystScanGigabytes: number;
  /** Whether Athena's own console offers the saved queries, in the analysts' workgroup; the API knows them anyhow. */
  readonly namesQueries: boolean;
  /** How often segments are evaluated by schedule, in minutes: each time costs one query for each segment. */
  readonly segmentMinutes: number;
  /** How often the lake's tables are settled into few large files, in hours. A run takes up to 300 files of one. */
  readonly compactHours: number;
  /**
   * How often computed traits are brought up to date, in minutes: each time costs a few queries of narrow columns, and
   * one of properties where anything moved. More often than rows reach the lake (`lakeBufferSeconds`) is in vain.
   */
  readonly computedMinutes: number;
  /** Who messages are from: `news@example.org`, or `Example <news@example.org>`. The address or its domain must be a verified identity of SES in the same Region. */
  readonly sender: string;
  /** How many batches of messages are sent at once: with SES's rate for the account, this bounds the sending rate. */
  readonly sendConcurrency: number;
  /** How many batches are resolved at once. More is faster, until batches start to meet at the same profiles. */
  readonly resolveConcurrency: number;
  /** What the API accepts before it answers 429. Clients try again by themselves. */
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /**
   * How many requests are taken in at the same time, of Lambda's concurrency: a flood then costs no more than so many
   * instances, and takes nothing from the account's other functions. Beyond it the API answers 503 and clients try again.
   * Set aside from the account's quota, which must keep 100 for all others: so it is left out unless the owner says it.
   */
  readonly collectConcurrency?: number;
  /** Who is told of alarms; without it they can still be seen, and the topic can be subscribed to by hand. */
  readonly alarmEmail?: string;
  /** Whether to send push notifications: makes the one resource of Pinpoint that lives on (AWS End User Messaging). */
  readonly pushes: boolean;
  /** Merge and trust rules of identity, as JSON; left out, the usual ones. */
  readonly identityRules?: string;
  /**
   * The rules that held until now, as JSON ("{}" for the usual ones), set while changed ones are brought in: then
   * `identity rules retell` has the lake told of whom the change concerns. Left out again once that is done.
   */
  readonly identityRulesBefore?: string;
  /** A domain of the owner's at which browsers find settings, script and collection; without it, the API's own alone. */
  readonly collectionDomain?: CollectionDomain;
}

/** Where browsers send, as they see it: `docs/first-party.md` says what it takes and what it costs. */
export interface CollectionDomain {
  /** A host of the site's own domain, such as `cdp.shop.example`: so its cookie is the site's own. */
  readonly domainName: string;
  /** A certificate of ACM for that name. CloudFront knows those of us-east-1 only. */
  readonly certificateArn: string;
  /** The zone of Route 53 in which the name is to be written; without it, the owner points the name there by hand. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
  /** The cookies that sources have browsers keep (`firstPartyId.cookie`). The site's others stay outside. */
  readonly cookies?: readonly [string, ...string[]];
  /** A web ACL of WAF (scope CLOUDFRONT), where the owner wants one. It is asked, and paid, for every request. */
  readonly webAclArn?: string;
}

/** What has no sensible default: the owner says it. */
export type OwnersChoice = Pick<Stage, "sender" | "lakeSince"> & Partial<Stage>;
