import { CfnNamedQuery, type CfnWorkGroup } from "aws-cdk-lib/aws-athena";
import { Construct } from "constructs";
import { fillSavedQuery } from "#contracts/saved-queries/fill-saved-query.ts";
import { SAVED_QUERIES } from "#contracts/saved-queries/saved-queries.ts";
import type { SavedQuery } from "#contracts/saved-queries/saved-query.ts";

export interface NamedQueriesProps {
  readonly workgroup: CfnWorkGroup;
  readonly database: string;
}

/** The usual questions, where analysts find them in Athena: with their defaults filled in, to be changed there. */
export class NamedQueries extends Construct {
  constructor(scope: Construct, id: string, { workgroup, database }: NamedQueriesProps) {
    super(scope, id);
    for (const [name, query] of Object.entries<SavedQuery>(SAVED_QUERIES)) {
      const sql = fillSavedQuery(query);
      if (typeof sql !== "string")
        throw new Error(`the defaults of the saved query ${name} do not suit it: ${sql.message}`);
      const named = new CfnNamedQuery(this, name, {
        name,
        description: `${query.answers.en} / ${query.answers.fr}`,
        database,
        workGroup: workgroup.name,
        queryString: sql,
      });
      named.addResourceDependency(workgroup);
    }
  }
}
