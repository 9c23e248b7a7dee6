import { type DistinctSketch, REGISTERS, registersOf, sketchFrom } from "#core/kernel/distinct-sketch.ts";
import { PackedReader, PackedWriter } from "#core/kernel/packed-bytes.ts";
import type { EpochMs } from "#core/kernel/time.ts";
import type { RecentEvent, RecentEvents } from "./fragment-recent.ts";

/**
 * What a component's fragments say many times over, in columns for all of them: ids (eight characters each), distances
 * in time, what kind each event is of, and the registers of sketches. It is as good as random: deflating would not make
 * it smaller, and would make the rest larger.
 */
export interface PackedLists {
  /** Sources by position. */
  readonly s: readonly string[];
  /** Kinds of events: name, then twice the source's position and 2, and one more where it has a value; in turn. */
  readonly k?: readonly (string | number)[];
  /** Base64url, in whole groups of four characters. */
  readonly p?: string;
}

/** An id's characters, which stand as they are: text of base64url already. */
const ID_LENGTH = 8;
/** Bytes are filled up to threes, so that their text needs no filling. */
const GROUP_BYTES = 3;

/** Private to one encoding. */
export class EventPacker {
  readonly #sources: string[] = [];
  readonly #positions = new Map<string, number>();
  readonly #kinds: (string | number)[] = [];
  readonly #kindOf = new Map<number, Map<string, number>>();
  #ids = "";
  readonly #distances: number[] = [];
  readonly #events: number[] = [];
  readonly #registers: number[] = [];

  /** -1 for none. */
  source(source: string | undefined): number {
    if (source === undefined) return -1;
    const known = this.#positions.get(source);
    if (known !== undefined) return known;
    this.#positions.set(source, this.#sources.length);
    return this.#sources.push(source) - 1;
  }

  /** Answers the values alone: they stand with the fragment. */
  recent(recent: RecentEvents, lastSeen: EpochMs): readonly number[] {
    const values: number[] = [];
    let before = lastSeen;
    for (const event of recent) {
      if (event.by.length !== ID_LENGTH) throw new Error(`an event's id has ${ID_LENGTH} characters: ${event.by}`);
      this.#ids += event.by;
      this.#distances.push(before - event.at);
      this.#events.push(this.#kind(event));
      if (event.value !== undefined) values.push(event.value);
      before = event.at;
    }
    return values;
  }

  /** Answers the least register, by which all are lowered. */
  sketch(sketch: DistinctSketch): number {
    const registers = registersOf(sketch);
    const least = Math.min(...registers);
    for (const register of registers) this.#registers.push(register - least);
    return least;
  }

  end(): PackedLists {
    const writer = new PackedWriter();
    writer.numbers(this.#distances);
    writer.kinds(this.#events, this.#kinds.length / 2);
    writer.numbers(this.#registers);
    const { buffer, byteOffset, length } = writer.end(GROUP_BYTES);
    if (this.#ids === "" && length === 0) return { s: this.#sources };
    const numbers = Buffer.from(buffer, byteOffset, length).toString("base64url");
    return { s: this.#sources, k: this.#kinds, p: this.#ids + numbers };
  }

  #kind({ name, source, value }: RecentEvent): number {
    const said = 2 * (this.source(source) + 1) + (value === undefined ? 0 : 1);
    const kinds = this.#kindOf.get(said) ?? new Map<string, number>();
    const known = kinds.get(name);
    if (known !== undefined) return known;
    const kind = this.#kinds.length / 2;
    this.#kindOf.set(said, kinds.set(name, kind));
    this.#kinds.push(name, said);
    return kind;
  }
}

/** Gives back what was packed, in the order in which it was packed. Private to one decoding. */
export class EventUnpacker {
  readonly #lists: PackedLists;
  readonly #ids: string;
  readonly #distances: readonly number[];
  readonly #events: readonly number[];
  readonly #registers: readonly number[];
  #event = 0;
  #sketch = 0;

  constructor(lists: PackedLists, events: number, sketches: number) {
    const packed = lists.p ?? "";
    const reader = new PackedReader(Buffer.from(packed.slice(events * ID_LENGTH), "base64url"));
    this.#lists = lists;
    this.#ids = packed;
    this.#distances = reader.numbers(events);
    this.#events = reader.kinds((lists.k ?? []).length / 2, events);
    this.#registers = reader.numbers(sketches * REGISTERS);
  }

  source(position: number): string | undefined {
    return this.#lists.s[position];
  }

  recent(count: number, lastSeen: EpochMs, values: readonly number[]): RecentEvents {
    const recent: RecentEvent[] = [];
    let [at, valued] = [lastSeen, 0];
    for (let left = count; left > 0; left--) {
      const nth = this.#event++;
      at -= this.#distances[nth] ?? 0;
      const kind = 2 * (this.#events[nth] ?? 0);
      const name = this.#lists.k?.[kind] as string;
      const said = this.#lists.k?.[kind + 1] as number;
      const by = this.#ids.slice(nth * ID_LENGTH, (nth + 1) * ID_LENGTH);
      const source = this.source((said >> 1) - 1);
      const event = source === undefined ? { at, by, name } : { at, by, name, source };
      recent.push((said & 1) === 1 ? { ...event, value: values[valued++] as number } : event);
    }
    return recent;
  }

  sketch(least: number): DistinctSketch {
    const from = this.#sketch++ * REGISTERS;
    return sketchFrom(this.#registers.slice(from, from + REGISTERS).map((register) => register + least));
  }
}
