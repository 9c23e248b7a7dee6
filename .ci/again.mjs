// Names the test files that failed, where they are few: those are run once more by themselves. Much is tested with real
// processes, browsers and clocks on whatever machine there is; what fails twice is broken, what fails once is named.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

/** More than that is no coincidence. */
const MOST_FILES = 4;

const [report] = process.argv.slice(2);
const { testResults } = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : { testResults: [] };
const failed = testResults.filter(({ status }) => status === "failed").map(({ name }) => relative(process.cwd(), name));
if (failed.length === 0 || failed.length > MOST_FILES) process.exit(1);
console.log(failed.join("\n"));
