import type { Dialect } from "../core/adapter.ts";
import type { RelationName } from "../core/relation.ts";

/** A table of the session alone, for the rows of one file; it has the landing table's name, in pg_temp. */
export const stagingTable = (dialect: Dialect, table: RelationName): string =>
	`create temporary table ${dialect.quote(table.identifier)} (like ${dialect.render(table)}) on commit drop`;

export interface Merge {
	readonly dialect: Dialect;
	readonly table: RelationName;
	readonly staging: RelationName;
	readonly columns: readonly string[];
	readonly keys: readonly string[];
}

/** Rows of a file take the place of those with the same key; of several in the file the last one counts. */
export function mergeStatements({ dialect, table, staging, columns, keys }: Merge): string {
	const list = columns.map((name) => dialect.quote(name)).join(", ");
	const key = keys.map((name) => dialect.quote(name)).join(", ");
	const same = keys.map((name) => `t.${dialect.quote(name)} = s.${dialect.quote(name)}`).join(" and ");
	const [target, source] = [dialect.render(table), dialect.render(staging)];
	return [
		`analyze ${source}`,
		`delete from ${target} t using ${source} s where ${same}`,
		`insert into ${target} (${list}) select distinct on (${key}) ${list} from ${source} order by ${key}, _tfm_row desc`,
		`truncate ${source}`,
	].join(";\n");
}
