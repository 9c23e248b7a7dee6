import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "./database.ts";
import { type ComputedMoves, sqliteComputedMoves } from "./sqlite-computed-moves.ts";
import { COMPUTED_SCHEMA, sqliteComputedStore } from "./sqlite-computed-store.ts";

describe("whose computed traits moved", () => {
  let database: ReturnType<typeof openDatabase>;
  let moves: ComputedMoves;
  beforeEach(() => {
    database = openDatabase(":memory:", COMPUTED_SCHEMA);
    moves = sqliteComputedMoves(database);
  });
  afterEach(() => database.close());
  const write = (run: number, profileId: string, computed?: Readonly<Record<string, number>>) =>
    sqliteComputedStore(database).write([{ profileId, run, ...(computed === undefined ? {} : { computed }) }]);
  const waiting = () => moves.next(10).map(({ profileId, names }) => `${profileId}: ${names.join(" ")}`);

  it("is noted with what moved, and of nobody of whom nothing did", async () => {
    await write(1, "ana", { orders: 1, spent: 5 });
    await write(1, "bo");
    expect(waiting()).toEqual(["ana: orders spent"]);
    moves.forget(moves.next(10));
    await write(2, "ana", { orders: 1, spent: 5 });
    // An earlier run comes too late: what it brings is not written.
    await write(1, "ana", { orders: 9 });
    await write(1, "ana");
    expect(waiting()).toEqual([]);
    await write(2, "ana", { orders: 1, visits: 2 });
    expect(waiting()).toEqual(["ana: spent visits"]);
    await write(3, "ana");
    expect(waiting()).toEqual(["ana: spent visits orders"]);
  });

  it("is not forgotten of who moves again while somebody looks", async () => {
    await write(1, "ana", { orders: 1 });
    await write(1, "bo", { orders: 1 });
    const looked = moves.next(1);
    await write(2, "ana", { orders: 2 });
    moves.forget(looked);
    expect(waiting()).toEqual(["bo: orders", "ana: orders"]);
    moves.forget(moves.next(10));
    expect(waiting()).toEqual([]);
  });
});
