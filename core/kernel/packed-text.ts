/**
 * Whole numbers as text of 64 characters that JSON need not escape, six bits to each. In JSON a list of numbers is
 * mostly commas and digits, and deflating does not make it as small as this.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CODES: readonly number[] = Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));
const BITS = 6;

/** Above it adding `2^order` would not be exact any more. Epoch milliseconds need less. */
const MOST = 2 ** 52;

/** Writes lists one after the other. Private to one packing. */
export class PackedWriter {
  #text = "";
  #open = 0;
  #room = BITS;

  /** Text of the same 64 characters, as it is. */
  characters(text: string): void {
    if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error("only characters of base64url can be packed as they are");
    this.#close();
    this.#text += text;
  }

  /** Numbers below `kinds`, in as few bits as tell so many apart: none where there is one kind alone. */
  kinds(numbers: readonly number[], kinds: number): void {
    const bits = bitsOf(kinds - 1);
    for (const number of numbers) this.#write(number, bits);
  }

  /**
   * Any numbers from 0 to 2^52, smaller ones in fewer bits: exponential Golomb codes (Teuhola 1978) of the order that
   * fits them, which stands first. So numbers of about one size take up little more than their own bits, and a few that
   * are a thousand times as large do no harm.
   */
  numbers(numbers: readonly number[]): void {
    if (numbers.length === 0) return;
    const order = orderFor(numbers);
    this.#write(order, BITS);
    for (const number of numbers) {
      if (!Number.isSafeInteger(number) || number < 0 || number > MOST) {
        throw new Error(`${number} is no whole number from 0 to 2^52`);
      }
      const shifted = number + 2 ** order;
      const bits = bitsOf(shifted);
      this.#write(0, bits - order - 1);
      this.#write(shifted, bits);
    }
  }

  end(): string {
    this.#close();
    return this.#text;
  }

  /** The lowest `bits` of a number, the greatest first. */
  #write(number: number, bits: number): void {
    for (let left = bits; left > 0; ) {
      const taken = Math.min(left, this.#room);
      left -= taken;
      this.#open = (this.#open << taken) | (Math.floor(number / 2 ** left) % 2 ** taken);
      this.#room -= taken;
      if (this.#room === 0) this.#close();
    }
  }

  #close(): void {
    if (this.#room === BITS) return;
    this.#text += ALPHABET.charAt(this.#open << this.#room);
    this.#open = 0;
    this.#room = BITS;
  }
}

/** Reads lists back in the order in which they were written. Throws where the text ends early. */
export class PackedReader {
  readonly #text: string;
  #at = 0;
  #open = 0;
  #left = 0;

  constructor(text: string) {
    this.#text = text;
  }

  characters(count: number): string {
    const text = this.#text.slice(this.#at, this.#at + count);
    if (text.length < count) throw new Error("packed text ends early");
    this.#at += count;
    this.#left = 0;
    return text;
  }

  kinds(kinds: number, count: number): readonly number[] {
    const bits = bitsOf(kinds - 1);
    return Array.from({ length: count }, () => this.#read(bits));
  }

  numbers(count: number): readonly number[] {
    if (count === 0) return [];
    const order = this.#read(BITS);
    return Array.from({ length: count }, () => {
      let bits = order;
      while (this.#read(1) === 0) bits++;
      return 2 ** bits + this.#read(bits) - 2 ** order;
    });
  }

  #read(bits: number): number {
    let number = 0;
    for (let wanted = bits; wanted > 0; ) {
      if (this.#left === 0) this.#next();
      const taken = Math.min(wanted, this.#left);
      this.#left -= taken;
      wanted -= taken;
      number = number * 2 ** taken + ((this.#open >> this.#left) & (2 ** taken - 1));
    }
    return number;
  }

  #next(): void {
    const code = CODES[this.#text.charCodeAt(this.#at++)];
    if (code === undefined || code < 0) throw new Error("packed text ends early");
    this.#open = code;
    this.#left = BITS;
  }
}

/** How many binary digits a number has; none for 0. */
const bitsOf = (number: number): number =>
  number < 2 ** 32 ? 32 - Math.clz32(number) : 64 - Math.clz32(Math.floor(number / 2 ** 32));

/** One below the digits that most have: then most need one bit more than their own. */
function orderFor(numbers: readonly number[]): number {
  const digits = numbers.map(bitsOf).sort((x, y) => x - y);
  return Math.max(0, (digits[Math.floor(digits.length / 2)] ?? 0) - 1);
}
