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
	/** The table may hold rows of files that come after this one by their name: those stay. */
	readonly contested: boolean;
}

/**
 * Of all rows with a key the one stays that is last by file name and record, in whatever order the files came: rows of a
 * file take the place of earlier files' rows, never of later ones.
 */
export function mergeStatements({ dialect, table, staging, columns, keys, contested }: Merge): string {
	const list = columns.map((name) => dialect.quote(name)).join(", ");
	const key = keys.map((name) => dialect.quote(name)).join(", ");
	const same = sameKeys(dialect, keys);
	const [target, source] = [dialect.render(table), dialect.render(staging)];
	const earlier = contested ? ` and t._tfm_file collate "C" < s._tfm_file collate "C"` : "";
	const free = contested ? `where not exists (select from ${target} t where ${same}) ` : "";
	return [
		`analyze ${source}`,
		`delete from ${target} t using ${source} s where ${same}${earlier}`,
		`insert into ${target} (${list}) select distinct on (${key}) ${list} from ${source} s ${free}order by ${key}, _tfm_row desc`,
		`truncate ${source}`,
	].join(";\n");
}

/** The keys that went with a file's rows: an earlier file may have a row of theirs. */
export const LOST_KEYS: RelationName = { database: "", schema: "pg_temp", identifier: "_tfm_lost_keys" };

/** Remembers the keys of a file that is about to be forgotten; $1 is its path. */
export function rememberKeys({ dialect, table, keys }: Pick<Merge, "dialect" | "table" | "keys">): string {
	const key = keys.map((name) => dialect.quote(name)).join(", ");
	const name = dialect.quote(LOST_KEYS.identifier);
	return `create temporary table ${name} on commit drop as select ${key} from ${dialect.render(table)} where _tfm_file = $1`;
}

/** Takes the keys that have a row again off those that are lost. */
export function forgetFoundKeys({ dialect, table, keys }: Pick<Merge, "dialect" | "table" | "keys">): string {
	return `delete from ${dialect.render(LOST_KEYS)} t using ${dialect.render(table)} s where ${sameKeys(dialect, keys)}`;
}

/** Of an earlier file's rows, those of lost keys. */
export function restoreStatements(merge: Omit<Merge, "contested">): string {
	const { dialect, table, staging, columns, keys } = merge;
	const list = columns.map((name) => dialect.quote(name)).join(", ");
	const key = keys.map((name) => dialect.quote(name)).join(", ");
	const lost = `select from ${dialect.render(LOST_KEYS)} t where ${sameKeys(dialect, keys)}`;
	return [
		`insert into ${dialect.render(table)} (${list}) select distinct on (${key}) ${list} from ${dialect.render(staging)} s where exists (${lost}) order by ${key}, _tfm_row desc`,
		`truncate ${dialect.render(staging)}`,
		forgetFoundKeys(merge),
	].join(";\n");
}

const sameKeys = (dialect: Dialect, keys: readonly string[]): string =>
	keys.map((name) => `t.${dialect.quote(name)} = s.${dialect.quote(name)}`).join(" and ");

/** The order of files, as the database has it under the collation "C". */
export const isLaterFile = (path: string, other: string): boolean =>
	Buffer.compare(Buffer.from(path), Buffer.from(other)) > 0;
