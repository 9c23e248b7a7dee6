/**
 * A pure function of two texts that remembers its answers, up to so many of them: a batch asks for the same few again and
 * again. They are kept by the first text, then by the second, so that nothing is put together to look one up. What is
 * remembered can be forgotten without changing an answer.
 */
export function remembering<Answer>(
  most: number,
  answerTo: (first: string, second: string) => Answer & {},
): (first: string, second: string) => Answer {
  const remembered = new Map<string, Map<string, Answer>>();
  let size = 0;
  return (first, second) => {
    const known = remembered.get(first)?.get(second);
    if (known !== undefined) return known;
    const answer = answerTo(first, second);
    if (size >= most) {
      remembered.clear();
      size = 0;
    }
    const others = remembered.get(first) ?? new Map<string, Answer>();
    remembered.set(first, others.set(second, answer));
    size++;
    return answer;
  };
}
