import type * as z from "zod";
import type { SEGMENT_INSIGHT_ROUTES } from "#contracts/http/segment-insights.ts";
import type { SEGMENT_ROUTES } from "#contracts/http/segments.ts";
import { isRejection, type Rejection, rejection } from "#core/kernel/rejection.ts";
import { type Ask, askTarget, type CommandWorld, managementCommand, type Report } from "#local/management-command.ts";
import { readSegmentsOptions, SEGMENTS_HELP, type SegmentsAct, type SegmentsOptions } from "./segments-options.ts";
import {
  explainedText,
  historyText,
  membersText,
  overlapText,
  previewText,
  segmentsText,
  segmentText,
  versionsText,
} from "./segments-report.ts";

type Routes = typeof SEGMENT_ROUTES & typeof SEGMENT_INSIGHT_ROUTES;
type Answer<Name extends keyof Routes> = z.output<Routes[Name]["answer"]>;

/**
 * `segments list|preview|show|members|…`: answers the process's exit code. 0: done; 1: refused or out of reach, the
 * reason is on stderr; 2: not understood.
 */
export const segmentsCommand = (args: readonly string[], world: CommandWorld): Promise<number> =>
  managementCommand(
    {
      args,
      options: readSegmentsOptions(args),
      help: SEGMENTS_HELP,
      reportOn: (options, target) => askTarget(world, target, (ask) => reportOn(options, ask)),
    },
    world,
  );

async function reportOn({ act, language }: SegmentsOptions, ask: Ask): Promise<Report | Rejection> {
  if (act.kind === "list") {
    const all = await ask<Answer<"listSegments">>("GET", `/api/segments?archived=${act.archived}`);
    return isRejection(all) ? all : { json: all, text: segmentsText(all.segments, language) };
  }
  if (act.kind === "preview") {
    const condition = read(act.condition);
    if (isRejection(condition)) return condition;
    const told = await ask<Answer<"previewSegment">>("POST", "/api/segments/preview", { condition });
    return isRejection(told) ? told : { json: told, text: previewText(told, language) };
  }
  return reportOnOne(act, language, ask);
}

type OfOne = Exclude<SegmentsAct, { readonly kind: "list" | "preview" }>;

async function reportOnOne(act: OfOne, language: "en" | "fr", ask: Ask): Promise<Report | Rejection> {
  const path = `/api/segments/${encodeURIComponent(act.id)}`;
  const said = async <A extends object>(
    asked: Promise<A | Rejection>,
    text: (answer: A) => string,
  ): Promise<Report | Rejection> => {
    const answer = await asked;
    return isRejection(answer) ? answer : { json: answer, text: text(answer) };
  };
  switch (act.kind) {
    case "show":
      return said(ask<Answer<"getSegment">>("GET", path), (one) => segmentText(one, language));
    case "members":
      return said(ask<Answer<"segmentMembers">>("GET", `${path}/members`), membersText);
    case "history":
      return said(ask<Answer<"segmentHistory">>("GET", `${path}/history`), historyText);
    case "versions":
      return said(ask<Answer<"segmentVersions">>("GET", `${path}/versions`), (all) => versionsText(all, language));
    case "overlap": {
      const other = encodeURIComponent(act.other);
      return said(ask<Answer<"segmentOverlap">>("GET", `${path}/overlap?with=${other}`), overlapText);
    }
    case "explain": {
      const profile = encodeURIComponent(act.profile);
      const asked = ask<Answer<"explainMember">>("GET", `${path}/explain?profile=${profile}`);
      return said(asked, (told) => explainedText(told, language));
    }
    case "evaluate":
      return said(
        ask<Answer<"evaluateSegment">>("POST", `${path}/evaluate`),
        ({ runId }) => `Asked for, as ${runId}.\n`,
      );
    case "archive":
    case "restore": {
      const asked = ask<Answer<"archiveSegment">>("POST", `${path}/${act.kind}`);
      return said(asked, (one) => `${segmentText(one, language)}${usersText(one.usedBy)}`);
    }
    default:
      return act satisfies never;
  }
}

function usersText({ segments, campaigns }: Answer<"archiveSegment">["usedBy"]): string {
  const users = [...segments.map((id) => `segment ${id}`), ...campaigns.map((id) => `campaign ${id}`)];
  return users.length === 0 ? "" : `Used by ${users.join(", ")}.\n`;
}

function read(text: string): object | Rejection<"segments.bad_options"> {
  const refused = rejection("segments.bad_options", `A condition is a JSON object, in quotes; got ${text}`);
  try {
    const condition: unknown = JSON.parse(text);
    return typeof condition === "object" && condition !== null ? condition : refused;
  } catch {
    return refused; // What is not JSON is the caller's mistake, and is told as one.
  }
}
