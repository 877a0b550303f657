import { objectExists, objectMissing, SnowflakeError, unsupported } from "../snowflakeError.ts";
import { type Name, printed } from "../sql/names.ts";
import type { ColumnType } from "../sql/types.ts";

export interface Column {
	readonly name: Name;
	readonly type: ColumnType;
	readonly nullable: boolean;
	readonly default: string | null;
	readonly comment: string | null;
}

interface Described {
	/** Its name, for relations that are kept under their whole name. */
	readonly name: Name;
	readonly columns: readonly Column[];
	readonly comment: string;
	readonly createdOn: Date;
	readonly owner: string;
}

export interface Table extends Described {
	readonly kind: "TABLE";
	readonly persistence: "permanent" | "transient" | "temporary";
	/** The table of DuckDB that holds the rows. Renaming and swapping change who points to it, never the table. */
	readonly storage: string;
	readonly clusterBy: string;
	readonly dynamic: DynamicTable | null;
}

/** A query with the context its names are read in. */
export interface StoredQuery {
	readonly sql: string;
	readonly database: Name;
	readonly schema: Name;
}

export interface DynamicTable {
	readonly query: StoredQuery;
	/** Null: it is refreshed only when it is asked for. */
	readonly targetLag: string | null;
	readonly warehouse: string;
	readonly refreshMode: string;
}

export interface View extends Described {
	readonly kind: "VIEW";
	readonly secure: boolean;
	readonly temporary: boolean;
	readonly query: StoredQuery;
}

export type Relation = Table | View;

export interface Stage {
	readonly directory: string;
	/** Of an external stage: where its files stand, with a slash at the end. */
	readonly url?: string;
	/** The file format's options as they stood in CREATE STAGE. */
	readonly options: string;
}

export interface Schema {
	readonly name: Name;
	readonly createdOn: Date;
	readonly relations: Map<Name, Relation>;
	readonly stages: Map<Name, Stage>;
	comment: string;
}

export interface Database {
	readonly name: Name;
	readonly createdOn: Date;
	readonly schemas: Map<Name, Schema>;
}

export interface ObjectRef {
	readonly database: Name;
	readonly schema: Name;
	readonly name: Name;
}

/** The names that stand before an unqualified one, and the temporary relations that hide others: a session's. */
export interface NameContext {
	readonly database: Name | null;
	readonly schema: Name | null;
	readonly temporary: Map<string, Relation>;
}

const LONGEST_NAME = 255;

export const printRef = (ref: ObjectRef): string => [ref.database, ref.schema, ref.name].map(printed).join(".");

/** What exists, by name. DuckDB holds rows only; names, types and comments are here. DDL commits by itself, so no transaction undoes it. */
export interface Catalog {
	readonly databases: Map<Name, Database>;
	addDatabase(name: Name): Database;
	addSchema(database: Name, name: Name): Schema;
	/** Throws 002003 for a database or schema that is not there. */
	schema(database: Name | null, name: Name | null): Schema;
	/** Completes a name of one to three parts. */
	refer(parts: readonly Name[], context: NameContext): ObjectRef;
	find(ref: ObjectRef, context: NameContext): Relation | undefined;
	/** Only among the session's temporary relations, or only among the others: a temporary one hides and replaces nothing. */
	findWhere(ref: ObjectRef, context: NameContext, temporary: boolean): Relation | undefined;
	/** Throws 002003. */
	get(ref: ObjectRef, context: NameContext): Relation;
	/** Sets it, temporary ones in the session. */
	put(ref: ObjectRef, relation: Relation, context: NameContext): void;
	remove(ref: ObjectRef, context: NameContext): void;
	/** Rows of the table were changed. */
	changed(table: Table): void;
	/** When its rows or its definition were changed last. */
	lastAltered(relation: Relation): Date;
}

export function createCatalog(): Catalog {
	const databases = new Map<Name, Database>();
	const changes = new Map<string, Date>();
	const addSchema = (database: Name, name: Name): Schema => {
		const parent = databases.get(database);
		if (parent === undefined) throw objectMissing("Database", printed(database));
		if (parent.schemas.has(name)) throw objectExists(printed(name));
		const schema: Schema = { name, createdOn: new Date(), relations: new Map(), stages: new Map(), comment: "" };
		parent.schemas.set(name, schema);
		return schema;
	};
	const schema = (database: Name | null, name: Name | null): Schema => {
		if (database === null || name === null)
			throw new SnowflakeError(
				"090105",
				"22000",
				"Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.",
			);
		const found = databases.get(database)?.schemas.get(name);
		if (found === undefined) throw objectMissing("Schema", `${printed(database)}.${printed(name)}`);
		return found;
	};
	const isTemporary = (relation: Relation): boolean =>
		relation.kind === "TABLE" ? relation.persistence === "temporary" : relation.temporary;
	const findWhere = (ref: ObjectRef, context: NameContext, temporary: boolean): Relation | undefined =>
		temporary
			? context.temporary.get(printRef(ref))
			: databases.get(ref.database)?.schemas.get(ref.schema)?.relations.get(ref.name);
	const find = (ref: ObjectRef, context: NameContext): Relation | undefined =>
		findWhere(ref, context, true) ?? findWhere(ref, context, false);
	return {
		databases,
		addDatabase: (name) => {
			if (databases.has(name)) throw objectExists(printed(name));
			const database: Database = { name, createdOn: new Date(), schemas: new Map() };
			databases.set(name, database);
			addSchema(name, "PUBLIC");
			return database;
		},
		addSchema,
		schema,
		refer: (parts, context) => {
			const [name, schemaName = context.schema, database = context.database, ...more] = [...parts].reverse();
			if (name === undefined || more.length > 0) throw objectMissing("Object", parts.map(printed).join("."));
			if (schemaName === null || database === null) schema(database, schemaName);
			return { database: database!, schema: schemaName!, name };
		},
		find,
		findWhere,
		get: (ref, context) => {
			const found = find(ref, context);
			if (found === undefined) throw objectMissing("Object", printRef(ref));
			return found;
		},
		put: (ref, relation, context) => {
			for (const { length } of [ref.name, ...relation.columns.map(({ name }) => name)])
				if (length > LONGEST_NAME) throw unsupported(`a name of more than ${LONGEST_NAME} characters`);
			const parent = schema(ref.database, ref.schema);
			if (isTemporary(relation)) context.temporary.set(printRef(ref), relation);
			else parent.relations.set(ref.name, relation);
			if (relation.kind === "TABLE") changes.set(relation.storage, new Date());
		},
		remove: (ref, context) => {
			if (!context.temporary.delete(printRef(ref))) schema(ref.database, ref.schema).relations.delete(ref.name);
		},
		changed: ({ storage }) => void changes.set(storage, new Date()),
		lastAltered: (relation) =>
			(relation.kind === "TABLE" ? changes.get(relation.storage) : undefined) ?? relation.createdOn,
	};
}

export interface NamedRelation {
	readonly name: Name;
	readonly relation: Relation;
}

/** The relations of a schema by name, with the session's temporary ones in front of those they hide. */
export function objectsOf(schema: Schema, database: Name, context: NameContext): readonly NamedRelation[] {
	const all = new Map(schema.relations);
	const prefix = `${printed(database)}.${printed(schema.name)}.`;
	for (const [key, relation] of context.temporary) if (key.startsWith(prefix)) all.set(relation.name, relation);
	return [...all]
		.map(([name, relation]) => ({ name, relation }))
		.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
