import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "#core/kernel/json.ts";
import { isRejection } from "#core/kernel/rejection.ts";
import { compileTemplate, MAX_TEMPLATE_LENGTH, type TemplateForm } from "./compile-template.ts";

const rendered = (source: string, context: JsonObject, form: TemplateForm = "text"): string => {
  const compiled = compileTemplate(source, form);
  if (isRejection(compiled)) return `${compiled.code} ${compiled.message}`;
  const text = compiled.render(context);
  return isRejection(text) ? `${text.code} ${text.message}` : text;
};

describe("templates", () => {
  it("write values as they are into text, and escaped into HTML", () => {
    const context = { traits: { name: `<b>"Tom" & 'Ana'</b>` } };
    expect(rendered("Hi {{traits.name}}", context, "text")).toBe(`Hi <b>"Tom" & 'Ana'</b>`);
    expect(rendered("Hi {{traits.name}}", context, "html")).toBe(
      "Hi &lt;b&gt;&quot;Tom&quot; &amp; &#x27;Ana&#x27;&lt;/b&gt;",
    );
  });

  it("keep every value inside its place in HTML", () => {
    const compiled = compileTemplate("{{v}}", "html");
    if (isRejection(compiled)) throw new Error(compiled.message);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(compiled.render({ v: value })).not.toMatch(/[<>"']/);
      }),
    );
  });

  it("write nothing for what a person lacks", () => {
    expect(rendered("[{{traits.name}}|{{traits.a.b.c}}|{{nobody}}]", { traits: {} })).toBe("[||]");
    expect(rendered("{{#if traits.vip}}VIP{{else}}all{{/if}}", { traits: {} })).toBe("all");
  });

  it("read arrays by position, as Pinpoint's templates do, and repeat over them", () => {
    const context = { User: { UserAttributes: { FirstName: ["Ana"] } }, items: ["a", "b"] };
    expect(rendered("{{User.UserAttributes.FirstName.[0]}}", context)).toBe("Ana");
    expect(rendered("{{#each items}}{{@index}}{{this}}{{/each}}{{#items}}{{this}}{{/items}}", context)).toBe("0a1bab");
  });

  it.each([
    "{{constructor}}",
    "{{constructor.name}}",
    "{{__proto__}}",
    "{{traits.constructor.constructor}}",
    "{{traits.__proto__.toString}}",
    "{{lookup traits 'constructor'}}",
    "{{lookup (lookup traits '__proto__') 'toString'}}",
    "{{#with traits}}{{toString}}{{hasOwnProperty}}{{/with}}",
    "{{#with (lookup traits 'constructor')}}{{name}}{{/with}}",
    "{{list.length.constructor}}{{list.push}}{{list.map}}",
    "{{traits.name.constructor}}{{traits.name.split}}",
  ])("see nothing of prototypes: %s", (source) => {
    expect(rendered(source, { traits: { name: "x" }, list: [1] })).toBe("");
  });

  it.each([
    ["{{> (lookup . 'x')}}", "a partial"],
    ["{{#*inline 'a'}}{{> a}}{{/inline}}{{> a}}", "a decorator"],
    ["{{* d}}", "a decorator"],
    ["{{#> layout}}x{{/layout}}", "a partial"],
    ["{{#if a}}{{> p}}{{/if}}", "a partial"],
  ])("have neither partials nor decorators: %s", (source, what) => {
    expect(rendered(source, {})).toBe(`template.not_valid the template cannot be used: ${what} may not be used here`);
  });

  it.each(["{{log 'x'}}", "{{helperMissing 'x'}}", "{{run 'x'}}", "{{#if}}", "{{", "{{#if a}}x", "{{a b c}}"])(
    "are refused before they are used where they are wrong: %s",
    (source) => {
      expect(rendered(source, {})).toMatch(/^template\.not_valid /);
    },
  );

  it("are refused where they are too long", () => {
    expect(rendered("x".repeat(MAX_TEMPLATE_LENGTH), {})).toHaveLength(MAX_TEMPLATE_LENGTH);
    expect(rendered("x".repeat(MAX_TEMPLATE_LENGTH + 1), {})).toMatch(/^template\.not_valid /);
  });

  it.each([
    ["rounds within rounds", `${"{{#each @root.list}}".repeat(8)}x${"{{/each}}".repeat(8)}`],
    ["sections within sections", `${"{{#@root.list}}".repeat(8)}x${"{{/@root.list}}".repeat(8)}`],
    ["much text in few rounds", `{{#each list}}${"y".repeat(5_000)}{{/each}}`],
    ["large values many times", "{{big}}".repeat(100)],
  ])("are stopped where they ask for too much: %s", (_what, source) => {
    const context = { list: Array.from({ length: 100 }, (_, at) => at), big: "z".repeat(4_000) };
    expect(rendered(source, context)).toMatch(/^template\.failed more than/);
  });

  it("spend what they may anew for each person", () => {
    const compiled = compileTemplate("{{#each list}}{{this}}{{/each}}", "text");
    if (isRejection(compiled)) throw new Error(compiled.message);
    const list = Array.from({ length: 9_000 }, () => 1);
    for (let time = 0; time < 3; time++) expect(compiled.render({ list })).toHaveLength(9_000);
  });

  it("never throw, whatever is written in them", () => {
    const piece = fc.constantFrom(
      "{{",
      "}}",
      "{{{",
      "}}}",
      "#if",
      "/if",
      "#each",
      "a",
      ".",
      "[0]",
      "this",
      "else",
      "@",
      "!",
      "~",
      "'",
      " ",
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom("text" as const, "html" as const),
        (pieces, form) => {
          expect(typeof rendered(pieces.join(""), { a: [1, { b: null }] }, form)).toBe("string");
        },
      ),
      { numRuns: 500 },
    );
  });
});
