import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { identityConvergence } from "./identity-convergence.ts";

identityConvergence("memory", async () => ({ store: memoryProfileStore(), close: async () => {} }), { runs: 300 });
