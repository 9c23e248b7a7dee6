import { expect, it } from "vitest";
import { Fault } from "./fault.ts";
import { troubleReport } from "./trouble-report.ts";

it("says what failed and where, and repeats nothing of what was asked", () => {
  const refused = Object.assign(new Error("syntax error near 'ana@example.org'\n    at ana@example.org:1:2"), {
    name: "ThrottlingException",
    $metadata: { requestId: "aws-1" },
  });
  const report = troubleReport(new Fault("lake.query", refused), "r-1");
  expect(report).toMatchObject({
    level: "error",
    requestId: "r-1",
    errors: [{ name: "Fault: lake.query" }, { name: "ThrottlingException", awsRequestId: "aws-1" }],
  });
  expect(report.errors[0]?.at[0]).toMatch(/trouble-report\.test\.ts:\d+:\d+/);
  expect(JSON.stringify(report)).not.toContain("ana");
});

it("says of what is no error that it is none, and of causes that run in a circle a few", () => {
  expect(troubleReport("ana@example.org", "r").errors).toEqual([{ name: "string", at: [] }]);
  const circle = new Error("x");
  circle.cause = circle;
  expect(troubleReport(circle, "r").errors).toHaveLength(5);
});
