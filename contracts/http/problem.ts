import * as z from "zod";

/** What every refusal and every failure answers. `requestId` finds the request in the logs. */
export const Problem = z.object({
  code: z.string().regex(/^[a-z_]+\.[a-z_]+$/),
  message: z.string(),
  requestId: z.string(),
});
export type Problem = z.infer<typeof Problem>;
