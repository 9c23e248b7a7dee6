import { quantile } from "./measure.ts";
import type { Machine } from "./numbers-page.ts";
import type { Soaked } from "./soak.ts";

const MB = 1_048_576;
const BLOCKS = "▁▂▃▄▅▆▇█";

/** The page of the soak, as Markdown. */
export function soakPage(soaked: Soaked, machine: Machine): string {
  const { minutes, peak, asked, answered, latencies, acknowledged, stored, memory } = soaked;
  const sizes = memory.map(({ bytes }) => bytes / MB);
  const settled = memory.filter(({ second }) => second >= minutes * 20);
  const lost = acknowledged - stored;
  return `${[
    "# Soak",
    `\`npm run bench -- --soak ${minutes}\` wrote this page: on ${machine.cores} cores, with Node ${machine.node}. Nothing on it is written by hand. Single events went to a server on a new data folder for ${minutes} minutes, at a fixed rate whether or not earlier ones were answered: ${SHARE_TEXT} of what the server had taken in and processed just before, with 64 connections, as fast as they got their answers. The load was made on the same cores.`,
    table(
      ["what", "measured"],
      [
        ["peak, taken in and processed", `${whole(peak)} requests/s`],
        ["asked", `${whole(asked)} requests/s`],
        ["answered", `${whole(answered)} requests/s`],
        ...[0.5, 0.99, 0.999].map((q) => [`p${q * 100} of acknowledgement`, `${quantile(latencies, q).toFixed(1)} ms`]),
        ["acknowledged, peak and warm-up included", whole(acknowledged)],
        [
          "in the lake in the end",
          `${whole(stored)} (${lost === 0 ? "nothing lost, nothing twice" : `${lost} missing`})`,
        ],
        ["memory resident, lowest to highest", `${whole(Math.min(...sizes))} to ${whole(Math.max(...sizes))} MB`],
        ["its slope after the first third", `${slope(settled).toFixed(2)} MB a minute`],
      ],
    ),
    `Memory, a look every 10 s, from 0 MB: \`${sparkline(sizes)}\``,
    table(
      ["second", "MB resident"],
      memory.map(({ second, bytes }) => [String(second), whole(bytes / MB)]),
    ),
  ].join("\n\n")}\n`;
}

const SHARE_TEXT = "80 %";
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

function sparkline(values: readonly number[]): string {
  const top = Math.max(...values);
  return values.map((value) => BLOCKS[Math.round((value / top) * (BLOCKS.length - 1))]).join("");
}

/** Of the straight line that lies closest to all looks (least squares), in MB a minute. */
function slope(looks: readonly { readonly second: number; readonly bytes: number }[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = looks.map(({ second }) => second / 60);
  const y = looks.map(({ bytes }) => bytes / MB);
  const [meanX, meanY] = [mean(x), mean(y)];
  const spread = x.reduce((sum, at) => sum + (at - meanX) ** 2, 0);
  return spread === 0 ? 0 : x.reduce((sum, at, nth) => sum + (at - meanX) * ((y[nth] ?? 0) - meanY), 0) / spread;
}
