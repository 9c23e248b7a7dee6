export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

/** One line that is written over in a terminal; elsewhere a line for each thing said. */
export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  if (!stream.isTTY) return { show: (text) => void stream.write(`${text}\n`), clear: () => {} };
  const clear = (): void => void stream.write("\r\x1b[K");
  return {
    show: (text) => {
      clear();
      stream.write(text.slice(0, stream.columns - 1));
    },
    clear,
  };
}
