import { troubleReport } from "./trouble-report.ts";

/** Writes to the function's log what broke, without personal data. `at` is a request, a message, a place in a stream. */
export const logTrouble = (error: unknown, at: string): void => console.error(troubleReport(error, at));
