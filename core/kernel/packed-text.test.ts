import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PackedReader, PackedWriter } from "./packed-text.ts";

const number = fc.oneof(
  fc.nat({ max: 120_000 }),
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52),
  fc.maxSafeNat().map((any) => any % 2 ** 52),
);

const packed = (numbers: readonly number[]): string => {
  const writer = new PackedWriter();
  writer.numbers(numbers);
  return writer.end();
};

const list = fc.oneof(
  fc.record({ numbers: fc.array(number, { maxLength: 60 }) }),
  fc.record({ characters: fc.stringMatching(/^[A-Za-z0-9_-]{0,20}$/) }),
  fc
    .integer({ min: 1, max: 200 })
    .chain((of) => fc.record({ of: fc.constant(of), kinds: fc.array(fc.nat({ max: of - 1 }), { maxLength: 60 }) })),
);

describe("packed text", () => {
  it("gives every list back as it was, in turn", () => {
    fc.assert(
      fc.property(fc.array(list, { maxLength: 5 }), (lists) => {
        const writer = new PackedWriter();
        for (const each of lists) {
          if ("numbers" in each) writer.numbers(each.numbers);
          else if ("characters" in each) writer.characters(each.characters);
          else writer.kinds(each.kinds, each.of);
        }
        const text = writer.end();
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/);
        const reader = new PackedReader(text);
        for (const each of lists) {
          if ("numbers" in each) expect(reader.numbers(each.numbers.length)).toEqual(each.numbers);
          else if ("characters" in each) expect(reader.characters(each.characters.length)).toBe(each.characters);
          else expect(reader.kinds(each.of, each.kinds.length)).toEqual(each.kinds);
        }
      }),
    );
  });

  it("takes up little more than the numbers' own bits, whatever a few of them are", () => {
    const minutes = Array.from({ length: 48 }, (_, nth) => 2_000 + ((nth * 48_271) % 118_000));
    expect(packed(minutes).length).toBeLessThan((48 * 20) / 6);
    expect(packed([...minutes, 40 * 86_400_000]).length - packed(minutes).length).toBeLessThan(9);
  });

  it("takes up nothing to say which of one kind", () => {
    const writer = new PackedWriter();
    writer.kinds([0, 0, 0], 1);
    expect(writer.end()).toBe("");
  });

  it("refuses what could not come back", () => {
    for (const bad of [-1, 1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(() => packed([bad])).toThrow("no whole number");
    }
    expect(() => new PackedWriter().characters('a"')).toThrow("base64url");
  });

  it("says that it was cut off", () => {
    const text = packed([1_000, 2_000, 3_000]);
    expect(() => new PackedReader(text.slice(0, -2)).numbers(3)).toThrow("ends early");
    expect(() => new PackedReader("abc").characters(4)).toThrow("ends early");
  });
});
