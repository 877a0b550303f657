import type { Dialect, Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import type { LandingType, LoadSpec } from "./loadSpec.ts";

/** Which file and record a row came from, and when: on every landing row and every reject. */
export const OWN_COLUMNS = ["_tfm_file", "_tfm_row", "_tfm_loaded_at"] as const;
const OWN_DDL = "_tfm_file text not null, _tfm_row bigint not null, _tfm_loaded_at timestamp with time zone not null";

/** As the catalog prints them. */
const PRINTED: Readonly<Record<LandingType, string>> = {
	text: "text",
	integer: "integer",
	bigint: "bigint",
	numeric: "numeric",
	boolean: "boolean",
	date: "date",
	timestamp: "timestamp without time zone",
	timestamptz: "timestamp with time zone",
	json: "json",
};

/** Where rows go that could not be taken: `<table>__rejects`, the table's name cut so that the whole is an identifier. */
export function rejectsOf(dialect: Dialect, table: RelationName): RelationName {
	const suffix = "__rejects";
	let name = table.identifier;
	while (new TextEncoder().encode(name + suffix).length > dialect.maxIdentifierBytes)
		name = [...name].slice(0, -1).join("");
	return { ...table, identifier: name + suffix };
}

/** The landing table's own columns: those declared, or `record`, which keeps each record's text as it came. */
export const landingColumns = (spec: LoadSpec): readonly { readonly name: string; readonly type: LandingType }[] =>
	spec.columns.length === 0 ? [{ name: "record", type: "json" }] : spec.columns;

/**
 * Creates the landing table and its rejects, or fits the table that exists: declared columns it lacks are added (older
 * rows have null there), columns no longer declared stay. `emptied`: the table holds no rows, so that types may change.
 * Throws TFM-LOAD-015 when the table was made by something else or a column has another type.
 */
export async function fitLandingTable(
	session: Session,
	dialect: Dialect,
	{ table, spec, emptied }: { readonly table: RelationName; readonly spec: LoadSpec; readonly emptied: boolean },
): Promise<void> {
	const columns = landingColumns(spec);
	const rejects = rejectsOf(dialect, table);
	const name = dialect.render(table);
	const listed = await session.listColumns([table]);
	const existing = listed.get(relationKey(table));
	const statements: string[] = [];
	if (existing === undefined) {
		const list = columns.map((c) => `${dialect.quote(c.name)} ${c.type}`).join(", ");
		statements.push(
			`create schema if not exists ${dialect.quote(table.schema)}`,
			`create table ${name} (${list}, ${OWN_DDL})`,
		);
	} else {
		const label = `${table.schema}.${table.identifier}`;
		const types = new Map(existing.map((c) => [c.name, c.type]));
		const lacks = OWN_COLUMNS.filter((c) => !types.has(c));
		if (lacks.length > 0)
			fail("TFM-LOAD-015", {
				table: label,
				problem: `is no landing table of tfm: it has no column ${lacks[0]}`,
				alterable: false,
			});
		for (const column of columns) {
			const type = types.get(column.name);
			const quoted = dialect.quote(column.name);
			if (type === undefined) statements.push(`alter table ${name} add column ${quoted} ${column.type}`);
			else if (type !== PRINTED[column.type] && !emptied)
				fail("TFM-LOAD-015", {
					table: label,
					problem: `its column ${column.name} is ${type}, where load: says ${column.type}`,
					alterable: true,
				});
			else if (type !== PRINTED[column.type])
				statements.push(`alter table ${name} alter column ${quoted} type ${column.type} using null::${column.type}`);
		}
	}
	statements.push(
		`create table if not exists ${dialect.render(rejects)} (raw text not null, reason text not null, ${OWN_DDL})`,
	);
	await session.execute(statements.join(";\n"));
}
