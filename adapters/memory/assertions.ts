import type { Assertion } from "#core/profiles/evidence.ts";
import type { Assertions } from "#core/profiles/ports.ts";

export interface MemoryAssertions extends Assertions {
  readonly all: readonly Assertion[];
}

export function memoryAssertions(): MemoryAssertions {
  const all: Assertion[] = [];
  return {
    all,
    append: async (assertions) => {
      all.push(...assertions);
    },
  };
}
