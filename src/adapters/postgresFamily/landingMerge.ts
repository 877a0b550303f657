import type { LandingMergeDialect, MergeNames } from "../../core/landingDialect.ts";

const list = (names: readonly string[]): string => names.join(", ");
const sameKeys = ({ keys }: MergeNames): string => keys.map((key) => `t.${key} = s.${key}`).join(" and ");
const forgetFoundKeys = (names: MergeNames): string =>
	`delete from ${names.lost} t using ${names.table} s where ${sameKeys(names)}`;

/** Two tables of the session's own, gone with the commit. */
export const POSTGRES_LANDING_MERGE: LandingMergeDialect = Object.freeze<LandingMergeDialect>({
	places: ({ identifier }) => ({
		staging: { database: "", schema: "pg_temp", identifier },
		lost: { database: "", schema: "pg_temp", identifier: "_tfm_lost_keys" },
	}),
	define: ({ table, staging, lost, keys }) => [
		`create temporary table ${staging} (like ${table}) on commit drop`,
		`create temporary table ${lost} on commit drop as select ${list(keys)} from ${table} where false`,
	],
	merge(names, contested) {
		const { table, staging, columns, keys } = names;
		const same = sameKeys(names);
		const earlier = contested ? ` and t._tfm_file collate "C" < s._tfm_file collate "C"` : "";
		const free = contested ? `where not exists (select from ${table} t where ${same}) ` : "";
		return [
			`analyze ${staging}`,
			`delete from ${table} t using ${staging} s where ${same}${earlier}`,
			`insert into ${table} (${list(columns)}) select distinct on (${list(keys)}) ${list(columns)} from ${staging} s ${free}order by ${list(keys)}, _tfm_row desc`,
			`truncate ${staging}`,
		];
	},
	rememberKeys: ({ table, lost, keys }) =>
		`insert into ${lost} select ${list(keys)} from ${table} where _tfm_file = $1`,
	forgetFoundKeys: (names) => [forgetFoundKeys(names)],
	restore(names) {
		const { table, staging, lost, columns, keys } = names;
		const wanted = `select from ${lost} t where ${sameKeys(names)}`;
		return [
			`insert into ${table} (${list(columns)}) select distinct on (${list(keys)}) ${list(columns)} from ${staging} s where exists (${wanted}) order by ${list(keys)}, _tfm_row desc`,
			`truncate ${staging}`,
			forgetFoundKeys(names),
		];
	},
	drop: ({ staging, lost }) => [`drop table ${staging}, ${lost}`],
});
