import { defineConfig } from "vitest/config";

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ["{core,contracts,adapters,lambdas,local,lib,test,docs}/**/*.test.ts"],
    exclude: ["test/aws/**", "**/node_modules/**"],
    // For a machine that is slow and busy: what holds is waited for, and what does not holds no sooner.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
