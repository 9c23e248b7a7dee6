import { type Step, stepsOf } from "./pattern.ts";

/** Where a match may stand between two characters. */
interface State {
  /** Steps that wait for a character. */
  readonly waiting: readonly number[];
  /** Found already, whatever follows. */
  readonly found: boolean;
  /** Found if the text ends here. */
  readonly foundAtEnd: boolean;
  readonly next: Map<string, State>;
}

/** What is remembered can be forgotten at any moment without changing an answer. */
const MOST_REMEMBERED = 5_000;

/**
 * Whether a text holds what the pattern describes, anywhere unless it says `^` and `$`. All ways of matching are
 * followed at once, and where they lead from each character is remembered: after a while a character costs a look-up.
 */
export function patternMatcher(pattern: string): (text: string) => boolean {
  const steps = stepsOf(pattern);
  const first = stateOf(steps, [0], true);
  const states = new Map<string, State>();
  let remembered = 0;
  const after = (state: State, character: string): State => {
    const led = state.waiting.filter((at) => takes(steps[at], character)).map((at) => at + 1);
    // A match may begin at every place.
    const reached = stateOf(steps, [...led, 0], false);
    const key = `${reached.found}${reached.foundAtEnd}${reached.waiting.join()}`;
    const known = states.get(key) ?? reached;
    if (++remembered > MOST_REMEMBERED) {
      remembered = 0;
      states.clear();
      first.next.clear();
      return reached;
    }
    states.set(key, known);
    state.next.set(character, known);
    return known;
  };
  return (text) => {
    let state = first;
    for (const character of text) {
      if (state.found) return true;
      state = state.next.get(character) ?? after(state, character);
    }
    return state.found || state.foundAtEnd;
  };
}

const takes = (step: Step | undefined, character: string): boolean =>
  step?.kind === "character" && step.takes.test(character);

function stateOf(steps: readonly Step[], from: readonly number[], atStart: boolean): State {
  const here = reach(steps, from, { atStart, atEnd: false });
  const waiting = [...here].filter((at) => steps[at]?.kind === "character").sort((x, y) => x - y);
  const end = reach(steps, from, { atStart, atEnd: true });
  return { waiting, found: hasFound(steps, here), foundAtEnd: hasFound(steps, end), next: new Map() };
}

const hasFound = (steps: readonly Step[], reached: ReadonlySet<number>): boolean => reached.has(steps.length - 1);

/** Every step that can be come to without taking a character. */
function reach(
  steps: readonly Step[],
  from: readonly number[],
  { atStart, atEnd }: { readonly atStart: boolean; readonly atEnd: boolean },
): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (reached.has(at)) continue;
    reached.add(at);
    const step = steps[at];
    if (step?.kind === "fork") open.push(...step.to);
    if ((step?.kind === "start" && atStart) || (step?.kind === "end" && atEnd)) open.push(at + 1);
  }
  return reached;
}
