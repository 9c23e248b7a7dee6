import { expect, it } from "vitest";
import { behindWatch } from "./behind-watch.ts";

function world() {
  const state = { backlog: 0, free: 1_000, now: 0, looks: 0 };
  const ports = {
    backlogBytes: () => {
      state.looks++;
      return state.backlog;
    },
    freeBytes: () => state.free,
    now: () => state.now,
  };
  return { state, isBehind: behindWatch(ports, { backlogBytes: 500, freeBytes: 100 }) };
}

it("is behind while too much waits, and not a moment longer than it looks", () => {
  const { state, isBehind } = world();
  expect(isBehind()).toBe(false);
  Object.assign(state, { backlog: 501, now: 250 });
  expect(isBehind()).toBe(true);
  Object.assign(state, { backlog: 500, now: 500 });
  expect(isBehind()).toBe(false);
});

it("is behind while the disk is nearly full", () => {
  const { state, isBehind } = world();
  state.free = 99;
  expect(isBehind()).toBe(true);
  Object.assign(state, { free: 100, now: 250 });
  expect(isBehind()).toBe(false);
});

it("looks a few times a second, however often it is asked", () => {
  const { state, isBehind } = world();
  for (; state.now < 1_000; state.now++) isBehind();
  expect(state.looks).toBe(4);
});
