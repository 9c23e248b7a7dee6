import fc from "fast-check";
import { parsePhoneNumberFromString as parseSmall } from "libphonenumber-js/core/es6";
import { type CountryCode, getCountries, parsePhoneNumberFromString as parseWhole } from "libphonenumber-js/min";
import whole from "libphonenumber-js/min/metadata";
import examples from "libphonenumber-js/mobile/examples";
import { describe, expect, it } from "vitest";
import { phonePlans } from "./phone-plans.ts";

/** Where a numbering plan keeps how its numbers are written for people. */
const FORMATS = 4;

type Plans = Readonly<Record<string, readonly unknown[]>>;

const withoutFormats = (plans: Plans): string =>
  Object.entries(plans)
    .map(
      ([name, plan]) =>
        `${JSON.stringify(name)}:${JSON.stringify(plan.map((part, at) => (at === FORMATS ? 0 : part)))}`,
    )
    .join(",\n");

/** The file as it has to be for the metadata that is installed. */
function fileFor(metadata: object): string {
  const { version, country_calling_codes, countries, nonGeographic } = metadata as Readonly<Record<string, Plans>>;
  const head = `"version":${JSON.stringify(version)},\n"country_calling_codes":${JSON.stringify(country_calling_codes)}`;
  const countryLines = `"countries":{\n${withoutFormats(countries ?? {})}}`;
  const worldLines = `"nonGeographic":{\n${withoutFormats(nonGeographic ?? {})}}`;
  return `import type { MetadataJson } from "libphonenumber-js/core/es6";

/**
 * The world's numbering plans as libphonenumber-js/min has them, without how numbers are written for people, which is
 * three fifths of it and asked by nobody here. Made by phone-plans.test.ts:
 * \`npx vitest run core/identity/phone-plans -u\`.
 */
export const phonePlans: MetadataJson = JSON.parse(String.raw\`{
${head},
${countryLines},
${worldLines}}\`);
`;
}

it("are those of the installed library", async () => {
  await expect(fileFor(whole)).toMatchFileSnapshot("./phone-plans.ts");
});

describe("numbering plans without formats", () => {
  const regions = getCountries();
  const answers = (text: string, region: CountryCode): readonly unknown[] =>
    [parseSmall(text, region, phonePlans), parseWhole(text, region)].map(
      (read) => read && [read.number, read.country, read.isPossible()],
    );

  it("read each region's own numbers, written in every way, as the library's do", () => {
    for (const region of regions) {
      const number = parseWhole(examples[region] ?? "", region);
      expect(number?.isValid(), region).toBe(true);
      const written = [number?.number, number?.formatNational(), number?.formatInternational(), number?.nationalNumber];
      for (const text of written) {
        const [small, plain] = answers(text ?? "", region);
        expect(small, `${text} in ${region}`).toEqual(plain);
        expect(small).toEqual([number?.number, expect.any(String), true]);
      }
    }
  });

  it("read whatever else is taken for a number as the library's do", () => {
    const region = fc.constantFrom(...regions);
    const code = fc.constantFrom(...Object.keys(whole.country_calling_codes));
    const digits = fc.string({ unit: fc.constantFrom(..."0123456789".split("")), minLength: 1, maxLength: 15 });
    const odd = fc.string({
      unit: fc.constantFrom(..."0123456789+-()./ x٣３#;".split("")),
      minLength: 1,
      maxLength: 24,
    });
    const text = fc.oneof(
      digits,
      digits.map((rest) => `0${rest}`),
      digits.map((rest) => `00${rest}`),
      fc.tuple(code, digits).map(([prefix, rest]) => `+${prefix}${rest}`),
      fc.tuple(code, digits).map(([prefix, rest]) => `+${prefix} (0) ${rest}`),
      odd,
    );
    fc.assert(
      fc.property(text, region, (written, where) => {
        const [small, plain] = answers(written, where);
        expect(small).toEqual(plain);
      }),
      { numRuns: 20_000 },
    );
  });
});
