/**
 * Whole numbers as text of 64 characters that JSON need not escape: what a list of numbers takes up in JSON is mostly
 * commas and digits, and is slow to read.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CODES: readonly number[] = Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));

/** Five bits to a character, the least first; the sixth says that more follow. Up to 2^53 - 1, none below 0. */
export function packNumbers(numbers: readonly number[]): string {
  let text = "";
  for (const number of numbers) {
    if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${number} is no whole number that can be packed`);
    let rest = number;
    for (; rest >= 32; rest = Math.floor(rest / 32)) text += ALPHABET.charAt(32 + (rest % 32));
    text += ALPHABET.charAt(rest);
  }
  return text;
}

export function unpackNumbers(text: string): readonly number[] {
  const numbers: number[] = [];
  let [number, weight] = [0, 1];
  for (let at = 0; at < text.length; at++) {
    const code = CODES[text.charCodeAt(at)] ?? 0;
    number += (code & 31) * weight;
    if (code >= 32) {
      weight *= 32;
      continue;
    }
    numbers.push(number);
    [number, weight] = [0, 1];
  }
  return numbers;
}

/** Numbers below `kinds`, several to a character where they are few; empty where there is one kind alone. */
export function packKinds(numbers: readonly number[], kinds: number): string {
  const bits = bitsFor(kinds);
  if (bits === 0) return "";
  let text = "";
  for (let at = 0; at < numbers.length; ) {
    if (bits > 6) {
      const number = numbers[at++] ?? 0;
      text += ALPHABET.charAt(number >> 6) + ALPHABET.charAt(number & 63);
      continue;
    }
    let packed = 0;
    for (let room = 6; room >= bits; room -= bits) packed |= (numbers[at++] ?? 0) << (room - bits);
    text += ALPHABET.charAt(packed);
  }
  return text;
}

export function unpackKinds(text: string, kinds: number, count: number): readonly number[] {
  const bits = bitsFor(kinds);
  if (bits === 0) return new Array<number>(count).fill(0);
  const numbers: number[] = [];
  for (let at = 0; numbers.length < count; at++) {
    const code = CODES[text.charCodeAt(at)] ?? 0;
    if (bits > 6) {
      numbers.push((code << 6) | (CODES[text.charCodeAt(++at)] ?? 0));
      continue;
    }
    for (let room = 6; room >= bits && numbers.length < count; room -= bits) {
      numbers.push((code >> (room - bits)) & (2 ** bits - 1));
    }
  }
  return numbers;
}

/** So that whole numbers of them fill a character, or two characters one. */
function bitsFor(kinds: number): number {
  if (kinds <= 1) return 0;
  if (kinds <= 2) return 1;
  if (kinds <= 4) return 2;
  if (kinds <= 8) return 3;
  if (kinds <= 64) return 6;
  if (kinds <= 4_096) return 12;
  throw new Error(`${kinds} kinds are more than two characters tell apart`);
}
