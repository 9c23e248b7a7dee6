import type { Chance } from "./chance.ts";
import { internationalPhone } from "./person.ts";

/** Slips as fingers make them; each gives another address than the one meant. */
const SLIPS: readonly ((email: string, chance: Chance) => string)[] = [
  // Two neighbours change places.
  (email, chance) => {
    const at = chance.below(Math.max(1, email.indexOf("@") - 1));
    const [first, second] = [email.charAt(at), email.charAt(at + 1)];
    return first === second ? dropped(email, at) : `${email.slice(0, at)}${second}${first}${email.slice(at + 2)}`;
  },
  (email, chance) => dropped(email, chance.below(email.indexOf("@"))),
  (email) => email.replace("example", "exemple"),
];

const dropped = (email: string, at: number): string => email.slice(0, at) + email.slice(at + 1);

export const mistyped = (email: string, chance: Chance): string => chance.pick(SLIPS)(email, chance);

/** The same address as people write it: sometimes with capitals, sometimes with a blank that came along. */
export const handwritten = (email: string, chance: Chance): string =>
  chance.weighted([
    [email, 8],
    [email.charAt(0).toUpperCase() + email.slice(1), 1],
    [` ${email} `, 1],
  ]);

/** A French number as people write it: `0639981234`, `06 39 98 12 34`, `06.39.98.12.34`, or with its country code. */
export function handwrittenPhone(dialled: string, chance: Chance): string {
  const pairs = dialled.match(/\d\d/g) ?? [];
  return chance.pick([internationalPhone(dialled), dialled, pairs.join(" "), pairs.join(".")]);
}
