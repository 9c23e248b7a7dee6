/** The same call with each of several lists of arguments. */
export const calls = (name: string, ...lists: readonly string[]): readonly string[] =>
  lists.map((list) => `${name}(${list})`);
