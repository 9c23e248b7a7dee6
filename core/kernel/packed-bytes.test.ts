import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PackedReader, PackedWriter } from "./packed-bytes.ts";

const number = fc.oneof(
  fc.nat({ max: 120_000 }),
  fc.constantFrom(0, 1, 2 ** 24 - 1, 2 ** 24, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52),
  fc.maxSafeNat().map((any) => any % 2 ** 52),
);

const packed = (numbers: readonly number[]): Uint8Array => {
  const writer = new PackedWriter();
  writer.numbers(numbers);
  return writer.end();
};

const list = fc.oneof(
  fc.record({ numbers: fc.array(number, { maxLength: 60 }) }),
  fc
    .integer({ min: 1, max: 200 })
    .chain((of) => fc.record({ of: fc.constant(of), kinds: fc.array(fc.nat({ max: of - 1 }), { maxLength: 60 }) })),
);

describe("packed numbers", () => {
  it("come back list by list as they were", () => {
    fc.assert(
      fc.property(fc.array(list, { maxLength: 5 }), (lists) => {
        const writer = new PackedWriter();
        for (const each of lists) {
          if ("numbers" in each) writer.numbers(each.numbers);
          else writer.kinds(each.kinds, each.of);
        }
        const reader = new PackedReader(writer.end());
        for (const each of lists) {
          if ("numbers" in each) expect(reader.numbers(each.numbers.length)).toEqual(each.numbers);
          else expect(reader.kinds(each.of, each.kinds.length)).toEqual(each.kinds);
        }
      }),
    );
  });

  it("take up little more than their own bits, whatever a few of them are", () => {
    const minutes = Array.from({ length: 48 }, (_, nth) => 2_000 + ((nth * 48_271) % 118_000));
    expect(packed(minutes).length).toBeLessThan((48 * 20) / 8);
    expect(packed([...minutes, 40 * 86_400_000]).length - packed(minutes).length).toBeLessThan(8);
  });

  it("take up nothing to say which of one kind", () => {
    const writer = new PackedWriter();
    writer.kinds([0, 0, 0], 1);
    expect(writer.end()).toHaveLength(0);
  });

  it("are refused where they could not come back", () => {
    for (const bad of [-1, 1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
      expect(() => packed([bad])).toThrow("no whole number");
    }
  });

  it("say that they were cut off", () => {
    const bytes = packed([1_000, 2_000, 3_000]);
    expect(() => new PackedReader(bytes.subarray(0, -1)).numbers(3)).toThrow("end early");
  });
});
