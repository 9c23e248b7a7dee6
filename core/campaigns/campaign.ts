import * as z from "zod";
import { ChannelName } from "./channel-name.ts";
import { lackOf, Template } from "./template.ts";

/** One of the variants that a campaign compares, with its share among them. */
export const Treatment = z.strictObject({
  name: z.string().min(1).max(64),
  /** Shares are relative: weights 1 and 3 give a quarter and three quarters of those who are written to. */
  weight: z.number().positive().max(1_000_000).default(1),
  template: Template,
});
export type Treatment = Readonly<z.infer<typeof Treatment>>;

/** What is sent to whom: a segment's members, by a channel, for a purpose they agreed to. */
export const Campaign = z
  .strictObject({
    name: z.string().min(1).max(128),
    segmentId: z.string().min(1),
    channel: ChannelName,
    /** The consent that is needed, as events name it (`marketing`, `newsletter`…). */
    purpose: z.string().min(1).max(128),
    treatments: z.array(Treatment).min(1).max(5),
    /** The share of those who could be written to that is not, to compare with. Percent, 0 to 100. */
    holdoutPercent: z.number().min(0).max(100).default(0),
    /**
     * The key of who is held out and who gets which treatment. Its own id if absent, so campaigns draw independently;
     * campaigns with the same salt hold out the same people.
     */
    salt: z.string().min(1).max(128).optional(),
  })
  .superRefine(({ channel, treatments }, context) => {
    const names = new Set(treatments.map(({ name }) => name));
    if (names.size < treatments.length)
      context.addIssue({ code: "custom", path: ["treatments"], message: "two treatments have the same name" });
    treatments.forEach(({ template }, at) => {
      const message = lackOf(template, channel);
      if (message !== undefined) context.addIssue({ code: "custom", path: ["treatments", at, "template"], message });
    });
  });
export type Campaign = Readonly<z.infer<typeof Campaign>>;
