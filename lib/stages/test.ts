import type { OwnersChoice, Stage } from "./stage.ts";

/** For trying things out: data goes with its stack, files come quickly, nothing can grow expensive. */
export const testStage = (choice: OwnersChoice): Stage => ({
  name: "test",
  keepsData: false,
  logDays: 7,
  database: "tributary_test",
  lakeBufferSeconds: 60,
  analystScanGigabytes: 10,
  namesQueries: false,
  segmentMinutes: 60,
  compactHours: 6,
  computedMinutes: 60,
  sendConcurrency: 2,
  resolveConcurrency: 5,
  requestsPerSecond: 200,
  requestBurst: 400,
  pushes: false,
  ...choice,
});
