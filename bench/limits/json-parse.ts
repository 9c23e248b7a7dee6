import { secondsFor } from "#bench/measure.ts";

/** How many of these texts a second `JSON.parse` reads. */
export async function jsonParsesPerSecond(texts: readonly string[]): Promise<number> {
  let members = 0;
  const seconds = await secondsFor(() => {
    for (const text of texts) members += Object.keys(JSON.parse(text) as object).length;
  });
  if (members === 0) throw new Error("these texts hold nothing");
  return texts.length / seconds;
}
