import { defineConfig } from "vitest/config";

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    include: ["{core,contracts,adapters,lambdas,local,lib,test,docs}/**/*.test.ts"],
    exclude: ["test/aws/**", "**/node_modules/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
