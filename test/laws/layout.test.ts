import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "#contracts/settings.ts";
import { describeLaw, type Law } from "./law.ts";
import { codeFiles, ROOT, repositoryFiles } from "./source-file.ts";

/** Named after what is in them, and what kind of file they are. */
const KEBAB = /^\.?[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*$/;
const DRAWERS = /^(?:utils?|helpers?|common|shared|misc|types?|models?|managers?|services?)$/;
/** Names that readers and tools expect. */
const CUSTOMARY = /(?:^|\/)(?:README|CHANGELOG|CONTRIBUTING|SECURITY|LICENSE|NOTICE)(?:\.md)?$/;

const wellNamed: Law = ({ path }) =>
  CUSTOMARY.test(path)
    ? []
    : path.split("/").flatMap((part) => {
        if (!KEBAB.test(part)) return [`${part} is not in kebab case`];
        return DRAWERS.test(part.split(".")[0] ?? "") ? [`${part} is a drawer`] : [];
      });

/** The folders of `lambdas/` that are no function: what functions share. */
const NO_FUNCTION = new Set(["middleware"]);
const functions = readdirSync(join(ROOT, "lambdas"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !NO_FUNCTION.has(entry.name))
  .map(({ name }) => name);

describeLaw("files and folders are named in kebab case, and none is a drawer", {
  law: wellNamed,
  files: repositoryFiles,
  broken: {
    "core/events/admitEvent.ts": "",
    "core/events/Admit.ts": "",
    "core/events/admit_event.ts": "",
    "core/Events/admit.ts": "",
    "core/utils/dates.ts": "",
    "core/events/types.ts": "",
    "core/events/helpers.test.ts": "",
    "local/service.ts": "",
  },
  kept: {
    "core/events/admit-event.flow.ts": "",
    "local/processing.worker.ts": "",
    ".oxlintrc.json": "",
    "docs/tour/README.md": "",
    "docs/tour/01-send-an-event.test.ts": "",
    "core/events/type-of.ts": "",
  },
});

describe.each(functions)("the function %s", (name) => {
  it.each(["index.ts", "handler.ts", "handler.test.ts"])("has its %s", (file) => {
    expect(codeFiles.map(({ path }) => path)).toContain(`lambdas/${name}/${file}`);
  });

  it("has its settings", () => {
    expect(Object.keys(SETTINGS)).toContain(name.replaceAll("-", "_"));
  });
});

it("each list of settings has its function", () => {
  expect(
    Object.keys(SETTINGS)
      .map((name) => name.replaceAll("_", "-"))
      .sort(),
  ).toEqual([...functions].sort());
});
