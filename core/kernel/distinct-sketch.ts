/**
 * How many different things there were, kept in 128 characters for ever: HyperLogLog (Flajolet et al. 2007). Each thing
 * raises one of the registers to the length of a run of zeros in its id, so the same thing again raises nothing, and two
 * sketches are joined by the greater of each register: commutative, associative, idempotent.
 *
 * One character is one register. The alphabet ascends as text does, so the greater character is the greater register.
 */
export type DistinctSketch = string & { readonly __brand: "DistinctSketch" };

/** 2^7: the standard error of an estimate is 1.04 / √128, 9.2 %. */
export const REGISTERS = 128;
const INDEX_BITS = 7;
/** An id is eight characters of base64url, 48 bits. */
const ID_CHARACTERS = 8;
const RANK_BITS = ID_CHARACTERS * 6 - INDEX_BITS;

const ASCENDING = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const RANKS = ranksOf(ASCENDING);
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SIX_BITS = ranksOf(BASE64URL);

export const emptySketch = ASCENDING.charAt(0).repeat(REGISTERS) as DistinctSketch;

/** The sketch with one more thing, by an id that is part of a digest. Answers `sketch` itself where it adds nothing. */
export function withDistinct(sketch: DistinctSketch, id: string): DistinctSketch {
  const second = sixBits(id, 1);
  const register = sixBits(id, 0) * 2 + (second >> 5);
  const character = ASCENDING.charAt(rankOf(id, second & 31));
  if (sketch.charAt(register) >= character) return sketch;
  return (sketch.slice(0, register) + character + sketch.slice(register + 1)) as DistinctSketch;
}

/** Answers `x` itself where `y` adds nothing. */
export function joinSketches(x: DistinctSketch, y: DistinctSketch): DistinctSketch {
  if (x === y) return x;
  let joined = "";
  for (let at = 0; at < REGISTERS; at++) joined += x.charAt(at) >= y.charAt(at) ? x.charAt(at) : y.charAt(at);
  return joined === x ? x : (joined as DistinctSketch);
}

const sixBits = (id: string, at: number): number => SIX_BITS[id.charCodeAt(at)] ?? 0;

/** The places of an alphabet's characters by their codes; 0 for every other character. */
function ranksOf(alphabet: string): readonly number[] {
  return Array.from({ length: 128 }, (_, code) => Math.max(0, alphabet.indexOf(String.fromCharCode(code))));
}

/** Zeros before the first one, and one more: of the five bits that are left of the second character, then of the rest. */
function rankOf(id: string, five: number): number {
  if (five > 0) return Math.clz32(five) - 26;
  let zeros = 5;
  for (let at = 2; at < ID_CHARACTERS; at++) {
    const six = sixBits(id, at);
    if (six > 0) return zeros + Math.clz32(six) - 25;
    zeros += 6;
  }
  return RANK_BITS + 1;
}

/** The registers one by one, to be packed more tightly than as characters. */
export function registersOf(sketch: DistinctSketch): readonly number[] {
  const registers: number[] = [];
  for (let at = 0; at < REGISTERS; at++) registers.push(RANKS[sketch.charCodeAt(at)] ?? 0);
  return registers;
}

export function sketchFrom(registers: readonly number[]): DistinctSketch {
  let sketch = "";
  for (const rank of registers) sketch += ASCENDING.charAt(rank);
  return sketch as DistinctSketch;
}

/**
 * About how many different things a sketch has seen, whole. By Ertl's estimator ("New cardinality estimation algorithms
 * for HyperLogLog sketches", 2017, algorithm 6), which has no bias to be corrected, neither for few nor for many.
 */
export function distinctCount(sketch: DistinctSketch): number {
  const counts = Array.from({ length: RANK_BITS + 2 }, () => 0);
  for (const rank of registersOf(sketch)) {
    counts[rank] = (counts[rank] ?? 0) + 1;
  }
  let z = REGISTERS * tau(1 - (counts[RANK_BITS + 1] ?? 0) / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] ?? 0));
  z += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS);
  return Math.round(REGISTERS ** 2 / (2 * Math.LN2 * z));
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let [power, weight, sum, before] = [x, 1, x, Number.NaN];
  while (sum !== before) {
    before = sum;
    power *= power;
    sum += power * weight;
    weight += weight;
  }
  return sum;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let [root, weight, sum, before] = [x, 1, 1 - x, Number.NaN];
  while (sum !== before) {
    before = sum;
    root = Math.sqrt(root);
    weight *= 0.5;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}
