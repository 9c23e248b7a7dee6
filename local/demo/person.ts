import { CATEGORIES } from "./catalogue.ts";
import type { Chance } from "./chance.ts";
import { FIRST_NAMES, LAST_NAMES, SHOPS, TOWNS, type Town } from "./names.ts";

/** What the person browses with. `id` is what the site's script keeps as the anonymous id. */
export interface Device {
  readonly kind: "laptop" | "phone" | "tablet";
  readonly id: string;
  readonly userAgent: string;
}

/** Somebody who does not exist: addresses under example domains, numbers from the ranges kept for fiction. */
export interface Person {
  readonly index: number;
  readonly firstName: string;
  readonly lastName: string;
  readonly town: Town;
  readonly email: string;
  /** Ten digits, as it is dialled in France. */
  readonly phone: string;
  readonly userId: string;
  readonly loyaltyCard: string;
  readonly crmId: string;
  readonly birthday: string;
  /** Own devices first; a family's tablet, the same for two people, last. */
  readonly devices: readonly Device[];
  /** The shop they would go to. */
  readonly shop: string;
  /** The category they like. */
  readonly taste: string;
  /** Visits of the site and of a shop, messages to the support desk, per average day. */
  readonly habits: { readonly site: number; readonly shop: number; readonly support: number };
  readonly allowsAnalytics: boolean;
}

/** The person with this number, always the same for the same seed. */
export function personAt(index: number, seeded: Chance): Person {
  const chance = seeded.fork(`person/${index}`);
  const family = seeded.fork(`family/${Math.floor(index / 2)}`);
  // One pair in five is a couple: one name, one town, one tablet.
  const isCouple = family.happens(0.2);
  const shared = isCouple ? family : chance;
  const lastName = shared.pick(LAST_NAMES);
  const town = shared.weighted(TOWNS);
  const firstName = chance.pick(FIRST_NAMES);
  const keen = chance.next() ** 2;
  return {
    index,
    firstName,
    lastName,
    town,
    email: emailOf(firstName, lastName, index, chance),
    phone: fictionalPhone(index),
    userId: `mt-${10_000 + index}`,
    loyaltyCard: `2904${String(100_000 + index)}`,
    crmId: `C${String(index).padStart(6, "0")}`,
    birthday: `${chance.between(1948, 2005)}-${two(chance.between(1, 12))}-${two(chance.between(1, 28))}`,
    devices: devicesOf(chance, isCouple ? family : undefined),
    shop: SHOPS.includes(town.city) ? town.city : chance.pick(SHOPS),
    taste: chance.pick(CATEGORIES),
    habits: {
      site: 0.02 + 0.3 * keen,
      shop: SHOPS.includes(town.city) ? 0.01 + 0.06 * chance.next() : 0.004,
      support: 0.006,
    },
    allowsAnalytics: chance.happens(0.8),
  };
}

const two = (n: number): string => String(n).padStart(2, "0");

const MAIL_DOMAINS = ["example.org", "example.com", "example.net", "courriel.example", "poste.example"] as const;

/** Letters only, without accents. */
const plain = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();

/** A number keeps namesakes apart, as it does in life. */
const emailOf = (first: string, last: string, index: number, chance: Chance): string => {
  const name = chance.pick([`${plain(first)}.${plain(last)}`, `${plain(first).charAt(0)}${plain(last)}`]);
  return `${name}${index}@${chance.pick(MAIL_DOMAINS)}`;
};

/**
 * The prefixes Arcep keeps for works of fiction (décision 2018-0881), as they are dialled: 10,000 numbers each. 0639 is
 * Mayotte's, whose numbers belong to +262; the others are the mainland's.
 */
const FICTION = ["063998", "019900", "026191", "035301", "046571", "053649"] as const;

/** As it is dialled in France: ten digits. */
function fictionalPhone(index: number): string {
  const prefix = FICTION[Math.floor(index / 10_000) % FICTION.length] ?? FICTION[0];
  // 7,919 is prime to 10,000: neighbours get numbers that look nothing alike, and none is given twice.
  return `${prefix}${String(((index % 10_000) * 7_919) % 10_000).padStart(4, "0")}`;
}

/** The same in E.164. */
export const internationalPhone = (dialled: string): string =>
  `${dialled.startsWith("0639") ? "+262" : "+33"}${dialled.slice(1)}`;

const AGENTS = {
  laptop: "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
  phone: "Mozilla/5.0 (Linux; Android 15; Mobile; rv:142.0) Gecko/142.0 Firefox/142.0",
  tablet: "Mozilla/5.0 (Linux; Android 15; Tablet; rv:142.0) Gecko/142.0 Firefox/142.0",
} as const;

const device = (kind: Device["kind"], chance: Chance): Device => ({
  kind,
  id: uuid(chance),
  userAgent: AGENTS[kind],
});

function devicesOf(own: Chance, family: Chance | undefined): readonly Device[] {
  const kinds = own.weighted<readonly Device["kind"][]>([
    [["phone"], 4],
    [["laptop"], 2],
    [["phone", "laptop"], 4],
  ]);
  const devices = kinds.map((kind) => device(kind, own));
  return family === undefined ? devices : [...devices, device("tablet", family.fork("tablet"))];
}

/** The form of a random UUID, made of seeded chance. */
function uuid(chance: Chance): string {
  const hex = (length: number): string => Array.from({ length }, () => chance.below(16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}
