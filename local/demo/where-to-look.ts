import { CAMPAIGN } from "./marketing.ts";

/** Commands a person can paste: a profile and why it is one, a question to the lake, the messages. */
export function whereToLook(url: string, token: string, someone: string): readonly string[] {
  const curl = (path: string, more = ""): string =>
    `  curl -s -H "Authorization: Bearer $TOKEN" ${more}"${url}${path}"`;
  const sql = "SELECT event, count(*) AS n FROM events GROUP BY event ORDER BY n DESC";
  return [
    `  TOKEN=${token}`,
    curl(`/api/profiles/email:${someone}`),
    curl(`/api/profiles/email:${someone}/explain`),
    curl("/api/queries", `-d '${JSON.stringify({ sql })}' `),
    curl(`/api/campaigns/${CAMPAIGN.id}/results`),
    curl("/api/messages?limit=5"),
  ];
}
