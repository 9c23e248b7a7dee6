import { setImmediate } from "node:timers/promises";
import type { ReactPorts, ReactTerms } from "#core/segments/realtime/react.flow.ts";
import { reactToComputed } from "#core/segments/realtime/react-to-computed.flow.ts";
import { sweepLists } from "#core/segments/realtime/sweep-lists.flow.ts";
import type { BesideInMotion } from "./beside-in-motion.ts";
import { POOL } from "./histories.ts";
import { dawdleLong, untilDone } from "./unsteady-memberships.ts";

export interface ChangingBeside {
  readonly ports: ReactPorts;
  readonly moving: BesideInMotion;
  readonly random: () => number;
  readonly terms: ReactTerms;
  readonly course: {
    /** How often something moves beside the profiles. */
    readonly changes: number;
    /** The most that the stream of computed traits delivers at a time. */
    readonly longestBatch: number;
  };
}

/** Whoever moves things beside profiles, and whoever looks again at those beside whom they moved. */
export function changeBeside({ ports, moving, random, terms, course }: ChangingBeside): readonly Promise<void>[] {
  const changes = { areOver: false };
  const changing = async (): Promise<void> => {
    for (let left = course.changes; left > 0; left--) {
      await dawdleLong(random);
      const dice = random();
      if (dice < 0.45) await moving.measure(POOL);
      else if (dice < 0.9) await moving.importSome(POOL);
      else await moving.deleteList();
    }
    changes.areOver = true;
  };
  const computed = async (): Promise<void> => {
    for (let at = 0; !changes.areOver || at < moving.moves.length; ) {
      const batch = moving.moves.slice(at, at + course.longestBatch);
      if (batch.length === 0) await setImmediate();
      await untilDone(() => reactToComputed(ports, batch, terms));
      // Delivered again at times, from further back.
      at = Math.max(0, at + batch.length - (random() < 0.2 ? 1 : 0));
      await dawdleLong(random);
    }
  };
  const beside = ports.beside ?? moving.beside;
  const lists = async (): Promise<void> => {
    for (;;) {
      const wereOver = changes.areOver;
      const { kind } = await untilDone(() => sweepLists({ ...ports, ...moving, beside }, { ...terms, limit: 2 }));
      if (kind === "rested" && wereOver) return;
      if (kind === "rested") await setImmediate();
      await dawdleLong(random);
    }
  };
  // Two look after lists, so that each comes upon what the other left half done.
  return [changing(), computed(), lists(), lists()];
}
