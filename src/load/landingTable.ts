import type { Dialect, Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import { type ColumnInfo, type RelationName, relationKey } from "../core/relation.ts";
import { type LandingColumn, landingTypeOf } from "./landingTypes.ts";
import type { LoadSpec } from "./loadSpec.ts";

/** Which file and record a row came from, and when: on every landing row and every reject. */
export const OWN_COLUMNS = ["_tfm_file", "_tfm_row", "_tfm_loaded_at"] as const;
const isOwn = (name: string): boolean => (OWN_COLUMNS as readonly string[]).includes(name.toLowerCase());
/** Bare, as models name them. */
const ownDdl = ({ landing: { types } }: Dialect): string =>
	`_tfm_file ${types.text} not null, _tfm_row ${types.bigint} not null, _tfm_loaded_at ${types.timestamptz} not null`;

/** Their names as they are stored. */
export const ownColumns = ({ landing }: Dialect): readonly string[] => OWN_COLUMNS.map(landing.columnName);

/** Where rows go that could not be taken: `<table>__rejects`, the table's name cut so that the whole is an identifier. */
export function rejectsOf(dialect: Dialect, table: RelationName): RelationName {
	const suffix = "__rejects";
	let name = table.identifier;
	while (new TextEncoder().encode(name + suffix).length > dialect.maxIdentifierBytes)
		name = [...name].slice(0, -1).join("");
	return { ...table, identifier: name + dialect.landing.columnName(suffix) };
}

/** Each record's text as it came. */
const RECORD: LandingColumn = { name: "record", type: "json", path: "", formats: [] };

/**
 * The columns of a landing table that a load fills: those declared, the one that keeps records whole, or those that were
 * found in an earlier file, which the table itself remembers; `infer` is asked where there is no table yet.
 */
export async function landingColumns(
	spec: LoadSpec,
	{ landing }: Pick<Dialect, "landing">,
	existing: readonly ColumnInfo[] | undefined,
	infer: () => Promise<readonly LandingColumn[]>,
): Promise<readonly LandingColumn[]> {
	const bareBytes = landing.bytesPrefix === "";
	const stored = (column: LandingColumn): LandingColumn => ({
		...column,
		bareBytes,
		name: landing.columnName(column.name),
		label: column.name,
	});
	if (spec.columns === "record") return [stored(RECORD)];
	if (spec.columns !== "infer") return spec.columns.map(stored);
	const kept = existing?.filter(({ name }) => !isOwn(name)) ?? [];
	if (kept.length === 0) return (await infer()).map(stored);
	// A folded name does not say what stands in the file.
	const found = new Map(landing.definesInside ? [] : (await infer()).map((c) => [landing.columnName(c.name), c]));
	return kept.map(({ name, type }) => {
		const before = found.get(name);
		if (before !== undefined && landing.types[before.type] === type) return stored(before);
		const known = landingTypeOf(type, landing) ?? "text";
		const isDated = known === "date" || known === "timestamp" || known === "timestamptz";
		return {
			name,
			label: before?.name ?? name,
			bareBytes,
			type: known,
			path: before?.path ?? name,
			formats: isDated && spec.format !== "parquet" ? spec.dateFormats : [],
		};
	});
}

export interface TableWish {
	readonly table: RelationName;
	readonly columns: readonly LandingColumn[];
	/** As it stands; undefined: it does not. */
	readonly existing: readonly ColumnInfo[] | undefined;
	/** The table holds no rows, so that types may change. */
	readonly emptied: boolean;
	/** The columns were found in a file: others that an emptied table has go. */
	readonly inferred: boolean;
}

/** As `landingColumns` and `fitLandingTable` want it. */
export async function existingColumns(
	session: Session,
	table: RelationName,
): Promise<readonly ColumnInfo[] | undefined> {
	return (await session.listColumns([table])).get(relationKey(table));
}

/**
 * Creates the landing table and its rejects, or fits the table that exists: declared columns it lacks are added (older
 * rows have null there), columns no longer declared stay. Throws TFM-LOAD-015 when the table was made by something else
 * or a column has another type.
 */
export async function fitLandingTable(session: Session, dialect: Dialect, wish: TableWish): Promise<void> {
	const { table, columns, existing } = wish;
	const rejects = rejectsOf(dialect, table);
	const statements =
		existing === undefined
			? [
					`create schema if not exists ${schemaOf(dialect, table)}`,
					`create table ${dialect.render(table)} (${columns.map((c) => `${dialect.quote(c.name)} ${dialect.landing.types[c.type]}`).join(", ")}, ${ownDdl(dialect)})`,
				]
			: alterations(dialect, { ...wish, existing });
	statements.push(
		`create table if not exists ${dialect.render(rejects)} (raw ${dialect.landing.types.text} not null, reason ${dialect.landing.types.text} not null, ${ownDdl(dialect)})`,
	);
	await session.execute(statements.join(";\n"));
}

/** Without the database where a connection reaches only one. */
export const schemaOf = (dialect: Dialect, { database, schema }: RelationName): string =>
	(dialect.landing.definesInside ? [schema] : [database, schema])
		.filter((part) => part !== "")
		.map(dialect.quote)
		.join(".");

function alterations(
	dialect: Dialect,
	{ table, columns, existing, emptied, inferred }: TableWish & { readonly existing: readonly ColumnInfo[] },
): string[] {
	const label = `${table.schema}.${table.identifier}`;
	const alter = `alter table ${dialect.render(table)}`;
	const types = new Map(existing.map((c) => [c.name, c.type]));
	const lacks = ownColumns(dialect).filter((c) => !types.has(c));
	if (lacks.length > 0) {
		const problem = `is no landing table of tfm: it has no column ${lacks[0]}`;
		fail("TFM-LOAD-015", { table: label, problem, alterable: false });
	}
	const statements: string[] = [];
	const wanted = new Set(columns.map((c) => c.name));
	if (inferred && emptied)
		for (const { name } of existing)
			if (!wanted.has(name) && !isOwn(name)) statements.push(`${alter} drop column ${dialect.quote(name)}`);
	for (const column of columns) {
		const type = types.get(column.name);
		const quoted = dialect.quote(column.name);
		const ddl = dialect.landing.types[column.type];
		if (type === undefined) statements.push(`${alter} add column ${quoted} ${ddl}`);
		else if (type !== ddl && !emptied) {
			const problem = `its column ${column.name} is ${type}, where load: says ${column.type}`;
			fail("TFM-LOAD-015", { table: label, problem, alterable: true });
		} else if (type !== ddl) statements.push(...dialect.landing.retype(dialect.render(table), quoted, ddl));
	}
	return statements;
}
