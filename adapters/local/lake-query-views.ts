import { join } from "node:path";
import { LAKE_TABLES, type LakeTable } from "#contracts/lake.ts";
import { failingRelation, type Sifted } from "./lake-damage.ts";
import { isFinished, namesIn } from "./lake-manifest.ts";
import { columnsView, receivedFiles } from "./lake-part-views.ts";

export const TABLES = Object.keys(LAKE_TABLES) as readonly LakeTable[];

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const read = (files: string): string =>
  `read_parquet(${files}, hive_partitioning = true, hive_types = {'dt': VARCHAR}, union_by_name = true)`;

/**
 * A table of the lake as a view over its Parquet files, found anew by each query. The empty relation beside them gives
 * the columns their order and types, also those that older files lack, and stands alone while there is no file.
 */
export const tableView = (lakeDir: string, table: LakeTable, hasFiles: boolean): string =>
  columnsView(table, table, hasFiles ? [read(quoted(join(lakeDir, table, "dt=*", "[!.]*.parquet")))] : []);

/** The same of a table with damaged files, over those that are sound; asking for a damaged one fails by its name. */
export const damagedTableView = (table: LakeTable, { sound, damaged }: Sifted): string =>
  columnsView(table, table, [
    ...(sound.length === 0 ? [] : [receivedFiles(sound)]),
    ...damaged.map((file) => failingRelation(file)),
  ]);

/** Whether the table has a finished file: one whose name ends in `.parquet` and begins with no dot. */
export async function hasParquet(lakeDir: string, table: LakeTable): Promise<boolean> {
  for (const partition of await namesIn(join(lakeDir, table))) {
    if (!partition.startsWith("dt=")) continue;
    const names = await namesIn(join(lakeDir, table, partition));
    if (names.some(isFinished)) return true;
  }
  return false;
}
