import { type DistinctSketch, REGISTERS, registersOf, sketchFrom } from "#core/kernel/distinct-sketch.ts";
import { PackedReader, PackedWriter } from "#core/kernel/packed-text.ts";
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
  readonly p?: string;
}

const ID_LENGTH = 8;

/** Private to one encoding. */
export class EventPacker {
  readonly #sources: string[] = [];
  readonly #positions = new Map<string, number>();
  readonly #kinds: (string | number)[] = [];
  readonly #kindOf = new Map<string, number>();
  readonly #ids: string[] = [];
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
      this.#ids.push(event.by);
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
    writer.characters(this.#ids.join(""));
    writer.numbers(this.#distances);
    writer.kinds(this.#events, this.#kinds.length / 2);
    writer.numbers(this.#registers);
    const packed = writer.end();
    return { s: this.#sources, ...(packed === "" ? {} : { k: this.#kinds, p: packed }) };
  }

  #kind({ name, source, value }: RecentEvent): number {
    const said = 2 * (this.source(source) + 1) + (value === undefined ? 0 : 1);
    const kind = `${said} ${name}`;
    const known = this.#kindOf.get(kind);
    if (known !== undefined) return known;
    this.#kindOf.set(kind, this.#kindOf.size);
    this.#kinds.push(name, said);
    return this.#kindOf.size - 1;
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
    const reader = new PackedReader(lists.p ?? "");
    this.#lists = lists;
    this.#ids = reader.characters(events * ID_LENGTH);
    this.#distances = reader.numbers(events);
    this.#events = reader.kinds((lists.k ?? []).length / 2, events);
    this.#registers = reader.numbers(sketches * REGISTERS);
  }

  source(position: number): string | undefined {
    return this.#lists.s[position];
  }

  recent(count: number, lastSeen: EpochMs, values: readonly number[]): RecentEvents {
    let [at, valued] = [lastSeen, 0];
    return Array.from({ length: count }, (): RecentEvent => {
      const nth = this.#event++;
      at -= this.#distances[nth] ?? 0;
      const kind = 2 * (this.#events[nth] ?? 0);
      const said = this.#lists.k?.[kind + 1] as number;
      const source = this.source((said >> 1) - 1);
      return {
        at,
        by: this.#ids.slice(nth * ID_LENGTH, (nth + 1) * ID_LENGTH),
        name: this.#lists.k?.[kind] as string,
        ...(source === undefined ? {} : { source }),
        ...((said & 1) === 1 ? { value: values[valued++] as number } : {}),
      };
    });
  }

  sketch(least: number): DistinctSketch {
    const from = this.#sketch++ * REGISTERS;
    return sketchFrom(this.#registers.slice(from, from + REGISTERS).map((register) => register + least));
  }
}
