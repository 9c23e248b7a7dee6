import type { ManagementApi } from "./management-api.ts";

/** What the shop's marketer sets up, as it is posted. Names are French: it is their shop. */
const SEGMENTS = [
  {
    id: "fideles",
    name: "Fidèles : deux achats en 30 jours",
    condition: { event: "Order Completed", within: { last: "30d" }, count: { gte: 2 } },
  },
  {
    id: "panier-laisse",
    name: "Panier laissé depuis 7 jours",
    condition: {
      all: [
        { event: "Product Added", within: { last: "7d" } },
        { not: { event: "Order Completed", within: { last: "7d" } } },
      ],
    },
  },
  {
    id: "lettre-lyon",
    name: "Lecteurs de la lettre, à Lyon",
    condition: {
      all: [
        { trait: "city", eq: "Lyon" },
        { consent: "marketing_email", is: "granted" },
      ],
    },
  },
] as const;

export const CAMPAIGN = {
  id: "merci-fidelite",
  name: "Merci de votre fidélité",
  segmentId: "fideles",
  channel: "email",
  purpose: "marketing_email",
  holdoutPercent: 10,
  treatments: [
    {
      name: "merci",
      weight: 1,
      template: {
        subject: "{{traits.firstName}}, merci de votre fidélité",
        text: "Bonjour {{traits.firstName}},\n\nVoici 10 % sur votre prochaine commande : MERCI10.\n\nMaison Tilleul",
      },
    },
  ],
} as const;

export interface SegmentSize {
  readonly id: string;
  readonly name: string;
  readonly members: number;
}

/** Whether both segments and the campaign are there, now or from an earlier time. */
export async function setUpMarketing(api: ManagementApi): Promise<boolean> {
  const answers = [];
  for (const segment of SEGMENTS) answers.push(await api.post("/api/segments", segment));
  answers.push(await api.post("/api/campaigns", CAMPAIGN));
  return answers.every(({ status }) => status === 200 || status === 201 || status === 409);
}

/** How many are in each segment now. Segments that do not answer are left out. */
export async function askSizes(api: ManagementApi): Promise<readonly SegmentSize[]> {
  const sizes: SegmentSize[] = [];
  for (const { id, name, condition } of SEGMENTS) {
    const { status, body } = await api.post("/api/segments/preview", { condition });
    const { count } = (body ?? {}) as { count?: unknown };
    if (status === 200 && typeof count === "number") sizes.push({ id, name, members: count });
  }
  return sizes;
}

/** Starts one run; answers whether it was taken. */
export async function startRun(api: ManagementApi, runId: string): Promise<boolean> {
  const { status } = await api.post(`/api/campaigns/${CAMPAIGN.id}/runs`, { runId });
  return status === 202;
}

/** How many messages of a run have come to each end: sent, held out, not sent. */
export type RunResults = readonly {
  readonly status: string;
  readonly reason: string | null;
  readonly messages: number;
}[];

export async function askResults(api: ManagementApi, runId: string): Promise<RunResults> {
  const sql = `
    SELECT status, reason, messages FROM campaign_results
    WHERE campaign_id = '${CAMPAIGN.id}' AND run_id = '${runId}' ORDER BY messages DESC, status, reason`;
  return ((await api.rows(sql)) ?? []).map(({ status, reason, messages }) => ({
    status: typeof status === "string" ? status : "unknown",
    reason: typeof reason === "string" ? reason : null,
    messages: Number(messages),
  }));
}
