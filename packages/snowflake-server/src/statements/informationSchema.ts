import { type Catalog, type Column, objectsOf, type Relation } from "../catalog/catalog.ts";
import type { Session } from "../session.ts";
import { objectMissing } from "../snowflakeError.ts";
import { literal, type Name, quoted } from "../sql/names.ts";
import { printType } from "../sql/types.ts";
import type { FromItem } from "../translate/environment.ts";

type Cell = string | number | boolean | Date | null;

interface Row {
	readonly database: Name;
	readonly schema: Name;
	readonly name: Name;
	readonly relation: Relation;
	readonly lastAltered: Date;
}

const COLUMNS_OF: Readonly<Record<string, Readonly<Record<string, (row: Row) => Cell>>>> = {
	TABLES: {
		TABLE_CATALOG: ({ database }) => database,
		TABLE_SCHEMA: ({ schema }) => schema,
		TABLE_NAME: ({ name }) => name,
		TABLE_OWNER: ({ relation }) => relation.owner,
		TABLE_TYPE: ({ relation }) => (relation.kind === "VIEW" ? "VIEW" : "BASE TABLE"),
		IS_TRANSIENT: ({ relation }) => (relation.kind === "TABLE" && relation.persistence === "transient" ? "YES" : "NO"),
		CLUSTERING_KEY: ({ relation }) =>
			relation.kind === "TABLE" && relation.clusterBy !== "" ? relation.clusterBy : null,
		CREATED: ({ relation }) => relation.createdOn,
		LAST_ALTERED: ({ lastAltered }) => lastAltered,
		COMMENT: ({ relation }) => relation.comment,
		IS_DYNAMIC: ({ relation }) => (relation.kind === "TABLE" && relation.dynamic ? "YES" : "NO"),
	},
	/** Grants are not kept: the owner's privilege and no others. */
	TABLE_PRIVILEGES: {
		GRANTOR: ({ relation }) => relation.owner,
		GRANTEE: ({ relation }) => relation.owner,
		GRANTED_TO: () => "ROLE",
		TABLE_CATALOG: ({ database }) => database,
		TABLE_SCHEMA: ({ schema }) => schema,
		TABLE_NAME: ({ name }) => name,
		PRIVILEGE_TYPE: () => "OWNERSHIP",
		IS_GRANTABLE: () => "YES",
		CREATED: ({ relation }) => relation.createdOn,
	},
	VIEWS: {
		TABLE_CATALOG: ({ database }) => database,
		TABLE_SCHEMA: ({ schema }) => schema,
		TABLE_NAME: ({ name }) => name,
		VIEW_DEFINITION: ({ relation }) => (relation.kind === "VIEW" ? relation.query.sql : null),
		IS_SECURE: ({ relation }) => (relation.kind === "VIEW" && relation.secure ? "YES" : "NO"),
		COMMENT: ({ relation }) => relation.comment,
	},
};

const COLUMN_FIELDS: Readonly<Record<string, (column: Column, position: number) => Cell>> = {
	COLUMN_NAME: ({ name }) => name,
	ORDINAL_POSITION: (_, position) => position,
	COLUMN_DEFAULT: (column) => column.default,
	IS_NULLABLE: ({ nullable }) => (nullable ? "YES" : "NO"),
	DATA_TYPE: ({ type }) => (type.name === "VARCHAR" ? "TEXT" : type.name),
	CHARACTER_MAXIMUM_LENGTH: ({ type }) => (type.name === "VARCHAR" ? (type.length ?? null) : null),
	NUMERIC_PRECISION: ({ type }) => type.precision ?? null,
	NUMERIC_SCALE: ({ type }) => (type.name === "NUMBER" ? (type.scale ?? null) : null),
	DATETIME_PRECISION: ({ type }) => (/^TIME/.test(type.name) ? (type.scale ?? 9) : null),
	FULL_DATA_TYPE: ({ type }) => printType(type),
	COMMENT: ({ comment }) => comment,
};

/** A view of INFORMATION_SCHEMA as rows of literals: TABLES, TABLE_PRIVILEGES, VIEWS, COLUMNS and SCHEMATA with the columns that are true here. */
export function informationSchema(parts: readonly Name[], catalog: Catalog, session: Session): FromItem {
	const [view = "", , database = session.database ?? ""] = [...parts].reverse();
	const found = catalog.databases.get(database);
	if (found === undefined) throw objectMissing("Database", database);
	if (view === "SCHEMATA") {
		const rows = [...found.schemas.values()].map((schema): readonly Cell[] => [
			database,
			schema.name,
			schema.createdOn,
			schema.comment,
		]);
		return rowsOf(["CATALOG_NAME", "SCHEMA_NAME", "CREATED", "COMMENT"], rows);
	}
	const relations: readonly Row[] = [...found.schemas.values()].flatMap((schema) =>
		objectsOf(schema, database, session).map(({ name, relation }) => ({
			database,
			schema: schema.name,
			name,
			relation,
			lastAltered: catalog.lastAltered(relation),
		})),
	);
	if (view === "COLUMNS") {
		const names = ["TABLE_CATALOG", "TABLE_SCHEMA", "TABLE_NAME", ...Object.keys(COLUMN_FIELDS)];
		const rows = relations.flatMap(({ schema, name, relation }) =>
			relation.columns.map((column, i) => [
				database,
				schema,
				name,
				...Object.values(COLUMN_FIELDS).map((read) => read(column, i + 1)),
			]),
		);
		return rowsOf(names, rows);
	}
	const columns = COLUMNS_OF[view];
	if (columns === undefined) throw objectMissing("Object", `${database}.INFORMATION_SCHEMA.${view}`);
	const rows = relations
		.filter(({ relation }) => view !== "VIEWS" || relation.kind === "VIEW")
		.map((row) => Object.values(columns).map((read) => read(row)));
	return rowsOf(Object.keys(columns), rows);
}

function rowsOf(names: readonly Name[], rows: readonly (readonly Cell[])[]): FromItem {
	const columns = names.map(quoted).join(", ");
	if (rows.length === 0)
		return { sql: `(select ${names.map((name) => `null::varchar as ${quoted(name)}`).join(", ")} where false)` };
	const values = rows.map((row) => `(${row.map(cell).join(", ")})`).join(", ");
	return { sql: `(select * from (values ${values}) as "·I"(${columns}))` };
}

function cell(value: Cell): string {
	if (value === null) return "null";
	if (value instanceof Date) return `timestamptz '${value.toISOString()}'`;
	return typeof value === "string" ? literal(value) : String(value);
}
