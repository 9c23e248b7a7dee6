import type { Intake, IntakeBatch } from "#core/events/ports.ts";

/** Keeps every batch in the order in which it came. */
export interface MemoryIntake extends Intake {
  readonly batches: readonly IntakeBatch[];
}

export function memoryIntake(): MemoryIntake {
  const batches: IntakeBatch[] = [];
  return {
    batches,
    append: async (batch) => {
      batches.push(batch);
    },
  };
}
