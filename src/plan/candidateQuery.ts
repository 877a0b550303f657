/**
 * The table as it will be when the new rows are in it, as a query: what the audit reads before anything is written. The
 * strategies' macros write the statement that is sent while publishing; for the built-in ones this says the same thing
 * about the same rows, also where keys are null or several rows share one.
 */
import type { BuildDialect } from "../core/buildDialect.ts";
import type { Column, Shape } from "./schemaChange.ts";

export interface CandidateQueryInput {
	readonly strategy: "append" | "delete+insert" | "merge" | "insert_overwrite";
	readonly key: readonly string[];
	readonly predicates: readonly string[];
	readonly columns: Shape["columns"];
	/** Names of the columns that a matched row takes from its new row; `merge` only. */
	readonly updated: ReadonlySet<string>;
	/** As they stand in SQL. */
	readonly target: string;
	readonly delta: string;
	readonly quote: (identifier: string) => string;
	readonly notTrue: BuildDialect["notTrue"];
}

const DEST = "DBT_INTERNAL_DEST";
const SOURCE = "DBT_INTERNAL_SOURCE";

/** How dbt's merge finds the row that a new one belongs to. */
export const matchCondition = (key: readonly string[], predicates: readonly string[]): string =>
	[...predicates, ...key.map((k) => `${SOURCE}.${k} = ${DEST}.${k}`)].map((c) => `(${c})`).join(" and ");

/**
 * What delete+insert leaves of the table. With predicates the words are those of the macro, which puts no parentheses
 * around them. Without, keys get names of their own inside: what a key's expression calls by a bare name is the table's.
 */
function survives({ key, predicates, delta, notTrue }: CandidateQueryInput): string {
	if (predicates.length > 0) {
		const keys = key.join(", ");
		const and = predicates.map((p) => `\n    and ${p}`).join("");
		return notTrue(`(${keys}) in (select ${keys} from ${delta} as ${SOURCE})${and}`);
	}
	const keys = key.map((k, i) => `${k} as tfm_key_${i + 1}`).join(", ");
	const same = key.map((k, i) => `tfm_replaced.tfm_key_${i + 1} = (${k})`).join(" and ");
	return `not exists (
    select 1 from (select ${keys} from ${delta} as ${SOURCE}) as tfm_replaced
    where ${same}
)`;
}

export function candidateQuery(input: CandidateQueryInput): string {
	const { key, predicates, columns, target, delta, quote } = input;
	const nothing = ({ type }: Column) => `null::${type}`;
	const list = (cell: (c: Shape["columns"][number]) => string) =>
		columns.map((c) => `${cell(c)} as ${quote(c.name)}`).join(", ");
	const before = list((c) => (c.was ? `${DEST}.${quote(c.name)}` : nothing(c)));
	const fresh = list((c) => (c.has ? `${SOURCE}.${quote(c.name)}` : nothing(c)));
	const added = `select ${fresh}\nfrom ${delta} as ${SOURCE}`;

	// All that was there goes.
	if (input.strategy === "insert_overwrite") return added;
	if (input.strategy === "append" || key.length === 0)
		return `select ${before}\nfrom ${target} as ${DEST}\nunion all\n${added}`;

	if (input.strategy === "delete+insert")
		return `select ${before}\nfrom ${target} as ${DEST}\nwhere ${survives(input)}\nunion all\n${added}`;

	const match = matchCondition(key, predicates);
	const merged = list((c) =>
		input.updated.has(c.name) ? `${SOURCE}.${quote(c.name)}` : c.was ? `${DEST}.${quote(c.name)}` : nothing(c),
	);
	return `select ${merged}
from ${target} as ${DEST}
join ${delta} as ${SOURCE} on ${match}
union all
select ${before}
from ${target} as ${DEST}
where not exists (select 1 from ${delta} as ${SOURCE} where ${match})
union all
${added}
where not exists (select 1 from ${target} as ${DEST} where ${match})`;
}
