// Adds up what the test runners wrote, and the steps that failed; the last line is the one that is read.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, failedSteps] = process.argv.slice(2);
const counts = { passed: 0, failed: Number(failedSteps), skipped: 0 };
const reportOf = (name) => {
  const path = join(folder, `${name}.json`);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
};
const failedIn = (report) =>
  report.testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === "failed"));

/** At the very end, where whoever sees only the end of the output finds it. */
const tell = (what, { ancestorTitles, title, failureMessages }) =>
  console.log(`${what}: ${[...ancestorTitles, title].join(" > ")}\n${(failureMessages[0] ?? "").slice(0, 2_000)}`);

for (const name of ["test", "test-aws"]) {
  const report = reportOf(name);
  if (report === undefined) continue;
  // Where files were run again, what failed in them at the first go is counted by how the second went.
  const again = reportOf(`${name}-again`);
  const mended = again === undefined ? 0 : report.numFailedTests - again.numFailedTests;
  counts.passed += report.numPassedTests + mended;
  counts.failed += report.numFailedTests - mended;
  counts.skipped += report.numPendingTests + (report.numTodoTests ?? 0);
  for (const test of failedIn(report)) tell(again === undefined ? "failed" : "failed at the first go", test);
  if (again !== undefined) for (const test of failedIn(again)) tell("failed at the second go", test);
  for (const { name: file, status, message } of (again ?? report).testResults)
    if (status === "failed" && message) console.log(`failed: ${file}\n${message.slice(0, 2_000)}`);
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);
