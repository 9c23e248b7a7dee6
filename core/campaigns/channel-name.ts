import * as z from "zod";

/** The ways a message can reach a person. */
export const ChannelName = z.enum(["email", "sms", "push", "custom"]);
export type ChannelName = z.infer<typeof ChannelName>;

/**
 * The identifier types that are addresses on a channel. A push token says by its type whose service it is for; it is
 * not the device id, which SDKs make up and no push service knows. Tokens come in as `context.externalIds`.
 */
export const ADDRESS_TYPES: Readonly<Record<ChannelName, readonly string[]>> = {
  email: ["email"],
  sms: ["phone"],
  push: ["apns_token", "gcm_token"],
  custom: ["user_id"],
};
