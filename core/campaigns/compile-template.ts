import Handlebars from "handlebars";
import type { JsonObject } from "#core/kernel/json.ts";
import { type Rejection, rejection } from "#core/kernel/rejection.ts";

/** Characters. Far above what any mail client shows, far below what would hold a process up. */
export const MAX_TEMPLATE_LENGTH = 100_000;
const MAX_OUTPUT_LENGTH = 200_000;
/** Rounds of `{{#each}}`, nested ones included, in one rendering. */
const MAX_ROUNDS = 10_000;

/** How values are written into the template: `html` escapes them, `text` leaves them as they are. */
export type TemplateForm = "text" | "html";

export interface CompiledTemplate {
  readonly kind: "template";
  /** The text for one person, or why there is none: a template may fail for one person and not for the next. */
  readonly render: (context: JsonObject) => string | Rejection<"template.failed">;
}

/**
 * Makes a template ready, or says what is wrong with it. Templates are written by people who may not run code here, so
 * they see own properties of plain data only, call no helper but `if`, `unless`, `each`, `with` and `lookup`, have no
 * partials (which recurse) and no decorators, and are stopped where they take too many rounds or grow too long. What a
 * person lacks is written as nothing.
 */
export function compileTemplate(
  source: string,
  form: TemplateForm,
): CompiledTemplate | Rejection<"template.not_valid"> {
  if (source.length > MAX_TEMPLATE_LENGTH) return invalid(`it is longer than ${MAX_TEMPLATE_LENGTH} characters`);
  try {
    const rounds = new Rounds();
    const handlebars = sandbox(rounds);
    const tree = handlebars.parse(source);
    const forbidden = forbiddenIn(tree);
    if (forbidden !== undefined) return invalid(`${forbidden} may not be used here`);
    handlebars.precompile(tree, OPTIONS); // compile() would find unknown helpers only when first rendered.
    const template = handlebars.compile<JsonObject>(tree, { ...OPTIONS, noEscape: form === "text" });
    return { kind: "template", render: (context) => renderOnce(template, rounds, context) };
  } catch (error) {
    return invalid(firstLine(error));
  }
}

const invalid = (why: string): Rejection<"template.not_valid"> =>
  rejection("template.not_valid", `the template cannot be used: ${why}`);

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split("\n")[0] ?? "";

const OPTIONS = {
  knownHelpersOnly: true,
  knownHelpers: {
    each: true,
    if: true,
    unless: true,
    with: true,
    lookup: true,
    log: false,
    helperMissing: false,
    blockHelperMissing: false,
  },
} as const;

const RUNTIME = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false } as const;

function renderOnce(
  template: Handlebars.TemplateDelegate<JsonObject>,
  rounds: Rounds,
  context: JsonObject,
): string | Rejection<"template.failed"> {
  rounds.begin();
  try {
    const text = template(context, RUNTIME);
    refuseLong(text.length);
    return text;
  } catch (error) {
    return rejection("template.failed", firstLine(error));
  }
}

/** What one rendering may still spend. Rendering is synchronous, so one counter per template is enough. */
class Rounds {
  #left = MAX_ROUNDS;

  begin(): void {
    this.#left = MAX_ROUNDS;
  }

  spend(): void {
    if (--this.#left < 0) throw new Error(`more than ${MAX_ROUNDS} rounds of each`);
  }
}

function refuseLong(length: number): void {
  if (length > MAX_OUTPUT_LENGTH) throw new Error(`more than ${MAX_OUTPUT_LENGTH} characters`);
}

/** An environment of its own, where every way to iterate goes through a counted `each`. */
function sandbox(rounds: Rounds): typeof Handlebars {
  const handlebars = Handlebars.create();
  const each = handlebars.helpers.each as (this: unknown, list: unknown, options: Handlebars.HelperOptions) => string;
  handlebars.unregisterHelper("log");
  handlebars.registerHelper("each", function (this: unknown, list: unknown, options: Handlebars.HelperOptions): string {
    let length = 0;
    const round: Handlebars.TemplateDelegate = (item, runtime) => {
      rounds.spend();
      const text = options.fn(item, runtime);
      length += text.length;
      refuseLong(length);
      return text;
    };
    return each.call(this, list, { ...options, fn: round });
  });
  return handlebars;
}

const FORBIDDEN: Readonly<Record<string, string>> = {
  PartialStatement: "a partial",
  PartialBlockStatement: "a partial",
  Decorator: "a decorator",
  DecoratorBlock: "a decorator",
};

function forbiddenIn(node: unknown): string | undefined {
  if (typeof node !== "object" || node === null) return undefined;
  const type = (node as { readonly type?: unknown }).type;
  const forbidden = typeof type === "string" ? FORBIDDEN[type] : undefined;
  if (forbidden !== undefined) return forbidden;
  for (const child of Object.values(node)) {
    const within = forbiddenIn(child);
    if (within !== undefined) return within;
  }
  return undefined;
}
