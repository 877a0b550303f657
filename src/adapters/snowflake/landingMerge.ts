import { hash } from "node:crypto";
import type { LandingMergeDialect, MergeNames } from "../../core/landingDialect.ts";

const list = (names: readonly string[], of = ""): string => names.map((name) => `${of}${name}`).join(", ");
const sameKeys = ({ keys }: MergeNames): string => keys.map((key) => `t.${key} = s.${key}`).join(" and ");
/** One row of each key: the last of the file. */
const lastOfEach = ({ keys }: MergeNames): string =>
	`qualify row_number() over (partition by ${list(keys)} order by _tfm_row desc) = 1`;
const forgetFoundKeys = (names: MergeNames): string =>
	`merge into ${names.lost} as t using ${names.table} as s on ${sameKeys(names)} when matched then delete`;

/**
 * Two temporary tables beside the landing table, made before the load's transaction: a definition would commit it, and
 * so would TRUNCATE. They go with the session. Texts are compared by their bytes, which is the order of files.
 */
export const SNOWFLAKE_LANDING_MERGE: LandingMergeDialect = Object.freeze<LandingMergeDialect>({
	places(table) {
		const of = hash("sha256", table.identifier, "hex").slice(0, 12).toUpperCase();
		return {
			staging: { ...table, identifier: `TFM_M_${of}` },
			lost: { ...table, identifier: `TFM_M_${of}_LOST` },
		};
	},
	define: ({ table, staging, lost, keys }) => [
		`create or replace temporary table ${staging} like ${table}`,
		`create or replace temporary table ${lost} as select ${list(keys)} from ${table} where false`,
	],
	merge(names, contested) {
		const { table, staging, columns } = names;
		const set = columns.map((column) => `${column} = s.${column}`).join(", ");
		return [
			`merge into ${table} as t using (select ${list(columns)} from ${staging} ${lastOfEach(names)}) as s on ${sameKeys(names)}
when matched${contested ? " and t._tfm_file < s._tfm_file" : ""} then update set ${set}
when not matched then insert (${list(columns)}) values (${list(columns, "s.")})`,
			`delete from ${staging}`,
		];
	},
	rememberKeys: ({ table, lost, keys }) =>
		`insert into ${lost} select ${list(keys)} from ${table} where _tfm_file = $1`,
	forgetFoundKeys: (names) => [forgetFoundKeys(names)],
	restore(names) {
		const { table, staging, lost, columns } = names;
		const wanted = `select 1 from ${lost} as t where ${sameKeys(names)}`;
		return [
			`insert into ${table} (${list(columns)}) select ${list(columns)} from ${staging} as s where exists (${wanted}) ${lastOfEach(names)}`,
			`delete from ${staging}`,
			forgetFoundKeys(names),
		];
	},
	drop: () => [],
});
