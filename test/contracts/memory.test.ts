import { memoryDefinitions } from "#adapters/memory/definitions.ts";
import { memoryIntake } from "#adapters/memory/intake.ts";
import { memoryProfileStore } from "#adapters/memory/profile-store.ts";
import { memorySources } from "#adapters/memory/sources.ts";
import { definitionsContract } from "./definitions.ts";
import { identityConvergence } from "./identity-convergence.ts";
import { identityLaws } from "./identity-laws.ts";
import { intakeContract } from "./intake.ts";
import { knownFaults } from "./known-faults.ts";
import { profileStoreContract } from "./profile-store.ts";
import { repetitionsContract } from "./repetitions.ts";
import { sourcesContract } from "./sources.ts";

const close = async (): Promise<void> => {};

profileStoreContract("memory", async () => ({ store: memoryProfileStore(), close }));
repetitionsContract("memory", async () => ({ store: memoryProfileStore(), close }), { runs: 200 });
identityConvergence("memory", async () => ({ store: memoryProfileStore(), close }), { runs: 1_000 });
identityLaws("memory", async () => ({ store: memoryProfileStore(), close }), { runs: 120 });
knownFaults("memory", async () => ({ store: memoryProfileStore(), close }), { races: 60 });
definitionsContract("memory", async (now) => ({ definitions: memoryDefinitions(now), close }));
sourcesContract("memory", async (held) => ({ sources: memorySources(held), close }));
intakeContract("memory", async () => {
  const intake = memoryIntake();
  const arrived = async () => {
    const events = intake.batches.flatMap((batch) => batch.events).map((event) => `${event.source}/${event.messageId}`);
    const refused = intake.batches.flatMap((batch) => batch.badEvents).map(({ id }) => id);
    return { inLake: events, atResolver: events, refused };
  };
  return { intake, arrived, close };
});
