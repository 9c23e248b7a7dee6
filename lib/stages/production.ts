import type { OwnersChoice, Stage } from "./stage.ts";

/** For real people: data is kept whatever happens to the stacks. */
export const productionStage = (choice: OwnersChoice): Stage => ({
  name: "production",
  keepsData: true,
  logDays: 90,
  database: "tributary",
  lakeBufferSeconds: 300,
  analystScanGigabytes: 100,
  namesQueries: true,
  segmentMinutes: 60,
  compactHours: 6,
  computedMinutes: 60,
  sendConcurrency: 5,
  resolveConcurrency: 20,
  requestsPerSecond: 2_000,
  requestBurst: 4_000,
  pushes: false,
  ...choice,
});
