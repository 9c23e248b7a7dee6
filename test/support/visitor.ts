/** Ana looks around before anybody knows who she is, */
export const visit = { type: "page", anonymousId: "a-1", timestamp: "2026-11-01T08:00:00Z", messageId: "m-1" };

/** and signs up an hour later, with an id that paths have to encode. */
export const signUp = {
  type: "identify",
  userId: "u/1:x+y",
  anonymousId: "a-1",
  traits: { email: "Ana@Example.org", first_name: "Ana" },
  timestamp: "2026-11-01T09:00:00Z",
  messageId: "m-2",
};
