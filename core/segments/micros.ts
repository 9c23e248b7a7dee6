/** Values of this size and above do not count in sums and averages: no engine could add them exactly. */
export const MICROS_LIMIT = 1e12;

/**
 * A number in millionths, rounded half away from zero. Sums and averages are taken over these, as whole numbers: the
 * result does not depend on the order of adding, so every engine comes to the same one. The multiplication and the
 * rounding are those of SQL's `round(x * 1e6)` on doubles. `undefined` where the value is too large to count.
 */
export function micros(value: number): bigint | undefined {
  return Math.abs(value) < MICROS_LIMIT ? toMicros(value) : undefined;
}

/** The same for an operand, whose bounds the schema holds. */
export function toMicros(value: number): bigint {
  const scaled = Math.round(Math.abs(value * 1e6));
  return BigInt(value < 0 ? -scaled : scaled);
}
