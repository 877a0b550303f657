import type { Dialect } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import {
	type ColumnInfo,
	type RelationInfo,
	type RelationKind,
	type RelationName,
	type RelationSize,
	relationKey,
} from "../../core/relation.ts";
import type { CellValue, ResultTable } from "../../core/resultTable.ts";
import type { RunCatalog } from "./runCatalog.ts";

/** One statement of the session, its rows in memory. */
export type Ask = (sql: string) => Promise<ResultTable>;

/** SHOW answers with at most this many rows; more are asked for behind the last name. */
const SHOW_ROWS = 10_000;
/** Up to so many relations are described one by one: the information schema takes its time, whatever is asked. */
const DESCRIBED = 3;
/** Names in one question to the information schema. */
const NAMES = 1_000;

const MISSING = new Set(["02000", "42S02"]);

/** What was asked about is not there, or not for this role. */
export const isMissing = (error: unknown): boolean =>
	error instanceof DatabaseError && MISSING.has(error.sqlstate ?? "");

const text = (value: CellValue | undefined): string => String(value ?? "");

/** Cells by the names of their columns, which SHOW and DESCRIBE change from release to release. */
export function cellsOf({ columns, rows }: ResultTable): readonly ReadonlyMap<string, CellValue>[] {
	const names = columns.map(({ name }) => name.toLowerCase());
	return rows.map((row) => new Map(names.map((name, i) => [name, row[i] ?? null])));
}

/** Nothing, where the schema or relation is not there or not for this role: SHOW does not tell which. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
	try {
		return await work;
	} catch (error) {
		if (isMissing(error)) return null;
		throw error;
	}
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What SHOW says of every object of a schema, or of those like a name: one question, and one more for every 10,000 of them. */
async function showObjects(
	ask: Ask,
	dialect: Dialect,
	{ database, schema, like }: { readonly database: string; readonly schema: string; readonly like?: string },
): Promise<readonly ReadonlyMap<string, CellValue>[]> {
	const place = [database, schema].filter((part) => part !== "").map((part) => dialect.quote(part));
	const named = like === undefined ? "" : ` like ${dialect.literal(like)}`;
	const all: ReadonlyMap<string, CellValue>[] = [];
	for (;;) {
		const behind = all.at(-1)?.get("name");
		const from = behind === undefined ? "" : ` from ${dialect.literal(behind)}`;
		const page = await unlessMissing(
			ask(`show objects${named} in schema ${place.join(".")} limit ${SHOW_ROWS}${from}`),
		);
		all.push(...(page === null ? [] : cellsOf(page)));
		if (page === null || page.rows.length < SHOW_ROWS) return all;
	}
}

/** All relations of these schemas, sorted; of a schema that the run knows already nothing is asked. */
export async function listRelations(
	ask: Ask,
	dialect: Dialect,
	{
		database,
		schemas,
		known,
	}: { readonly database: string; readonly schemas: readonly string[]; readonly known: RunCatalog },
): Promise<readonly RelationInfo[]> {
	const found: RelationInfo[] = [];
	for (const schema of [...new Set(schemas)].sort(byBytes)) {
		const place = { database, schema };
		const list = async () =>
			(await showObjects(ask, dialect, place)).map((cells) => ({
				info: relationOf(cells),
				comment: text(cells.get("comment")),
			}));
		found.push(...(await known.relationsOf(place, list)));
	}
	return found;
}

/**
 * What stands under one name. That a relation is gone shows where it is used; one that came meanwhile would be taken for
 * none, so what the run does not know of is asked for by its name.
 */
export async function relationAt(
	ask: Ask,
	dialect: Dialect,
	{ relation, known }: { readonly relation: RelationName; readonly known: RunCatalog },
): Promise<RelationInfo | undefined> {
	const { database, schema, identifier } = relation;
	const list = () => listRelations(ask, dialect, { database, schemas: [schema], known });
	const found = (there: readonly RelationInfo[]) => there.find((one) => one.identifier === identifier);
	if (known.standing(relation) === undefined && known.isWorthListing(relation)) await list();
	if (known.standing(relation) != null) return found(await list());
	const place = { database, schema, like: identifier };
	// A pattern stands for more than its name; with a backslash in it nobody knows for what.
	const there = identifier.includes("\\") ? await list() : (await showObjects(ask, dialect, place)).map(relationOf);
	return found(there);
}

/** Rows and bytes as Snowflake counts them with each change; of a view neither. */
export async function listSizes(
	ask: Ask,
	dialect: Dialect,
	relations: readonly RelationName[],
): Promise<ReadonlyMap<string, RelationSize>> {
	const number = (value: CellValue | undefined): number | null =>
		value === null || value === undefined || value === "" ? null : Number(value);
	const found = new Map<string, RelationSize>();
	const schemas = new Map(relations.map((relation) => [`${relation.database}\0${relation.schema}`, relation] as const));
	for (const { database, schema } of schemas.values())
		for (const cells of await showObjects(ask, dialect, { database, schema })) {
			const key = relationKey({ database, schema, identifier: text(cells.get("name")) });
			found.set(key, { rows: number(cells.get("rows")), bytes: number(cells.get("bytes")) });
		}
	const asked = new Set(relations.map(relationKey));
	return new Map([...found].filter(([key]) => asked.has(key)));
}

function relationOf(cells: ReadonlyMap<string, CellValue>): RelationInfo {
	return Object.freeze({
		database: text(cells.get("database_name")),
		schema: text(cells.get("schema_name")),
		identifier: text(cells.get("name")),
		kind: kindOf(text(cells.get("kind")).toUpperCase(), text(cells.get("is_dynamic")).toUpperCase()),
		owner: text(cells.get("owner")),
	});
}

/** A dynamic table is what other databases call a materialized view; Snowflake's own ones are that as well. */
function kindOf(kind: string, dynamic: string): RelationKind {
	if (dynamic === "Y" || kind === "DYNAMIC TABLE" || kind === "MATERIALIZED VIEW") return "materialized_view";
	if (kind === "VIEW") return "view";
	if (kind === "EXTERNAL TABLE") return "external";
	return kind === "TABLE" || kind === "TRANSIENT" || kind === "TEMPORARY" ? "table" : "other";
}

/** Columns of all these relations by relationKey; what is not there has no entry. */
export async function listColumns(
	ask: Ask,
	dialect: Dialect,
	relations: readonly RelationName[],
): Promise<ReadonlyMap<string, readonly ColumnInfo[]>> {
	const asked = [...new Map(relations.map((r) => [relationKey(r), r])).values()];
	// A name without a schema is looked for on the session's path, which the information schema knows nothing of.
	const alone = asked.length <= DESCRIBED ? asked : asked.filter((r) => r.schema === "");
	const found = new Map<string, readonly ColumnInfo[]>();
	for (const relation of alone) {
		const described = await unlessMissing(ask(`describe table ${dialect.render(relation)}`));
		if (described !== null) found.set(relationKey(relation), cellsOf(described).map(describedColumn));
	}
	const bySchema = new Map<string, RelationName[]>();
	for (const relation of asked) {
		if (alone.includes(relation)) continue;
		const schema = `${relation.database}\0${relation.schema}`;
		bySchema.set(schema, [...(bySchema.get(schema) ?? []), relation]);
	}
	for (const together of bySchema.values())
		for (let i = 0; i < together.length; i += NAMES)
			for (const [key, columns] of await columnsOfSchema(ask, dialect, together.slice(i, i + NAMES)))
				found.set(key, columns);
	return found;
}

function describedColumn(cells: ReadonlyMap<string, CellValue>, index: number): ColumnInfo {
	const type = text(cells.get("type"));
	const [, name = type, first, second] = /^(\w+)\((\d+)(?:,\s*(\d+))?\)$/.exec(type) ?? [];
	const isNumber = name === "NUMBER";
	return Object.freeze({
		name: text(cells.get("name")),
		type,
		nullable: text(cells.get("null?")) === "Y",
		ordinal: index + 1,
		comment: cells.get("comment") == null || cells.get("comment") === "" ? null : text(cells.get("comment")),
		charSize: name === "VARCHAR" && first !== undefined ? Number(first) : null,
		numericPrecision: isNumber && first !== undefined ? Number(first) : null,
		numericScale: isNumber && second !== undefined ? Number(second) : null,
	});
}

async function columnsOfSchema(
	ask: Ask,
	dialect: Dialect,
	relations: readonly RelationName[],
): Promise<ReadonlyMap<string, readonly ColumnInfo[]>> {
	const { database, schema } = relations[0]!;
	const from = `${database === "" ? "" : `${dialect.quote(database)}.`}information_schema.columns`;
	const names = relations.map(({ identifier }) => dialect.literal(identifier)).join(", ");
	const table = await ask(`select table_name, column_name, data_type, is_nullable, character_maximum_length,
	numeric_precision, numeric_scale, datetime_precision, comment
from ${from}
where table_schema = ${dialect.literal(schema)} and table_name in (${names})
order by table_name, ordinal_position`);
	const found = new Map<string, ColumnInfo[]>();
	for (const cells of cellsOf(table)) {
		const key = relationKey({ database, schema, identifier: text(cells.get("table_name")) });
		const columns = found.get(key) ?? [];
		found.set(key, columns);
		columns.push(catalogColumn(cells, columns.length + 1));
	}
	return found;
}

function catalogColumn(cells: ReadonlyMap<string, CellValue>, ordinal: number): ColumnInfo {
	const number = (name: string): number | null => (cells.get(name) == null ? null : Number(cells.get(name)));
	const written = text(cells.get("data_type"));
	const [size, precision, scale] = [
		number("character_maximum_length"),
		number("numeric_precision"),
		number("numeric_scale"),
	];
	const isNumber = written === "NUMBER";
	const isText = written === "TEXT";
	const decimals = number("datetime_precision");
	const type = isText
		? `VARCHAR(${size ?? 16_777_216})`
		: isNumber
			? `NUMBER(${precision ?? 38},${scale ?? 0})`
			: /^TIME/.test(written) && decimals !== null
				? `${written}(${decimals})`
				: written;
	return Object.freeze({
		name: text(cells.get("column_name")),
		type,
		nullable: text(cells.get("is_nullable")) === "YES",
		ordinal,
		comment: cells.get("comment") == null || cells.get("comment") === "" ? null : text(cells.get("comment")),
		charSize: isText ? size : null,
		numericPrecision: isNumber ? precision : null,
		numericScale: isNumber ? scale : null,
	});
}

export async function listSchemas(ask: Ask, dialect: Dialect, database: string): Promise<readonly string[]> {
	const names: string[] = [];
	for (let behind: string | null = null; ; behind = names.at(-1)!) {
		const from = behind === null ? "" : ` from ${dialect.literal(behind)}`;
		const page = await ask(`show schemas in database ${dialect.quote(database)} limit ${SHOW_ROWS}${from}`);
		for (const cells of cellsOf(page)) names.push(text(cells.get("name")));
		if (page.rows.length < SHOW_ROWS) return names.sort(byBytes);
	}
}
