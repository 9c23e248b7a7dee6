/**
 * Lists of whole numbers as bytes, in as few bits as they need. In JSON a list of numbers is mostly commas and digits,
 * and deflating does not make it as small as this.
 */
const MOST = 2 ** 52;
/** So many bits fit beside seven that wait to become a byte. */
const AT_ONCE = 24;
const ORDER_BITS = 6;

/** Writes lists one after the other. Private to one packing. */
export class PackedWriter {
  #bytes = new Uint8Array(256);
  #length = 0;
  #open = 0;
  #waiting = 0;

  /** Numbers below `kinds`, in as few bits as tell so many apart: none where there is one kind alone. */
  kinds(numbers: readonly number[], kinds: number): void {
    const bits = bitsOf(kinds - 1);
    if (bits > 0) for (const number of numbers) this.#write(number, bits);
  }

  /**
   * Any numbers from 0 to 2^52, smaller ones in fewer bits: exponential Golomb codes (Teuhola 1978) of the order that
   * fits them, which stands first. So numbers of about one size take up little more than their own bits, and a few that
   * are a thousand times as large do no harm.
   */
  numbers(numbers: readonly number[]): void {
    if (numbers.length === 0) return;
    const order = orderFor(numbers);
    const base = 2 ** order;
    this.#write(order, ORDER_BITS);
    for (const number of numbers) {
      if (!Number.isSafeInteger(number) || number < 0 || number > MOST) {
        throw new Error(`${number} is no whole number from 0 to 2^52`);
      }
      const bits = bitsOf(number + base);
      this.#write(0, bits - order - 1);
      this.#write(number + base, bits);
    }
  }

  /** The bytes, filled up with zeros to whole groups of so many. */
  end(group = 1): Uint8Array {
    if (this.#waiting > 0) this.#write(0, 8 - this.#waiting);
    const whole = Math.ceil(this.#length / group) * group;
    if (whole > this.#bytes.length) this.#grow();
    return this.#bytes.subarray(0, whole);
  }

  #write(number: number, bits: number): void {
    if (bits > AT_ONCE) {
      this.#write(Math.floor(number / 2 ** AT_ONCE), bits - AT_ONCE);
      this.#write(number % 2 ** AT_ONCE, AT_ONCE);
      return;
    }
    this.#open = (this.#open << bits) | number;
    this.#waiting += bits;
    while (this.#waiting >= 8) {
      this.#waiting -= 8;
      if (this.#length === this.#bytes.length) this.#grow();
      this.#bytes[this.#length++] = this.#open >>> this.#waiting;
    }
    this.#open &= (1 << this.#waiting) - 1;
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads lists back in the order in which they were written. Throws where the bytes end early. */
export class PackedReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #open = 0;
  #waiting = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  kinds(kinds: number, count: number): readonly number[] {
    const bits = bitsOf(kinds - 1);
    const numbers: number[] = [];
    for (let nth = 0; nth < count; nth++) numbers.push(bits > 0 ? this.#read(bits) : 0);
    return numbers;
  }

  numbers(count: number): readonly number[] {
    if (count === 0) return [];
    const order = this.#read(ORDER_BITS);
    const base = 2 ** order;
    const numbers: number[] = [];
    for (let nth = 0; nth < count; nth++) {
      let bits = order;
      while (this.#read(1) === 0) bits++;
      numbers.push(2 ** bits + this.#read(bits) - base);
    }
    return numbers;
  }

  #read(bits: number): number {
    if (bits > AT_ONCE) return this.#read(bits - AT_ONCE) * 2 ** AT_ONCE + this.#read(AT_ONCE);
    while (this.#waiting < bits) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error("packed numbers end early");
      this.#open = (this.#open << 8) | byte;
      this.#waiting += 8;
    }
    this.#waiting -= bits;
    const number = this.#open >>> this.#waiting;
    this.#open &= (1 << this.#waiting) - 1;
    return number;
  }
}

/** How many binary digits a number has; none for 0. */
const bitsOf = (number: number): number =>
  number < 2 ** 32 ? 32 - Math.clz32(number) : 64 - Math.clz32(Math.floor(number / 2 ** 32));

/** How many numbers have so many digits: one for all, because making a typed array takes as long as counting in it. */
const counts = new Uint32Array(64);

/** One below the digits that most have: then most need one bit more than their own. */
function orderFor(numbers: readonly number[]): number {
  counts.fill(0);
  for (const number of numbers) {
    const bits = bitsOf(number);
    counts[bits] = (counts[bits] ?? 0) + 1;
  }
  let [bits, seen] = [0, counts[0] ?? 0];
  while (seen * 2 <= numbers.length) seen += counts[++bits] ?? 0;
  return Math.max(0, bits - 1);
}
