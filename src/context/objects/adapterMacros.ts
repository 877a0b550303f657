/**
 * Methods of `adapter` that dbt answers by calling a macro of the same name, so that a project or a package may replace
 * it (`postgres__list_relations_without_caching`, `drop_relation` …). What changes the database always goes through the
 * macro; for questions tfm has one catalog query of its own, and the macro is asked only where somebody has replaced it.
 */
import type { RelationInfo, RelationKind } from "../../core/relation.ts";
import { toText, truthy, type Value } from "../../jinja/jinja.ts";
import type { BaseContext, ContextScope } from "../contextScope.ts";
import { ColumnObject } from "./columnObject.ts";
import type { DatabasePort } from "./databasePort.ts";
import { iterableItems } from "./iterableItems.ts";
import { definedOnly, type RelationObject, relationObject } from "./relationObject.ts";

export interface AdapterSelf {
	readonly context: BaseContext;
	readonly scope: ContextScope;
	readonly database: DatabasePort;
}

/** dbt's execute_macro: the root project's, then any package's, then tfm's own. */
export function callMacro(
	{ context, scope }: AdapterSelf,
	name: string,
	given: Readonly<Record<string, Value>>,
): Value {
	const { registry } = context.facts;
	const entry = registry.findAnywhere(name) ?? registry.find(name, registry.rootPackage);
	if (entry === undefined) throw new Error(`tfm has no macro ${name}`);
	return scope.callable(entry).call({ positional: [], keyword: new Map(Object.entries(given)) });
}

const isReplaced = ({ context }: AdapterSelf, name: string): boolean => context.facts.registry.isOverridden(name);

const relationOf = ({ context }: AdapterSelf, database: string, schema: string): RelationObject =>
	relationObject(
		context.facts.dialect,
		{ database, schema, identifier: "" },
		{ quote: definedOnly(context.facts.config.project.quoting) },
	);

const KINDS: Readonly<Record<string, RelationKind>> = {
	table: "table",
	view: "view",
	materialized_view: "materialized_view",
	external: "external",
};

/** A macro's rows (database, name, schema, type) as the catalog lists relations; dbt takes a type it does not know for external. */
function relationsIn(rows: Value): readonly RelationInfo[] {
	return iterableItems(rows).map((row) => {
		const [database, name, schema, type] = iterableItems(row).map((cell) => toText(cell));
		const kind = (type === undefined ? undefined : KINDS[type]) ?? "external";
		return { database: database ?? "", schema: schema ?? "", identifier: name ?? "", kind };
	});
}

export function listRelations(self: AdapterSelf, database: string, schema: string): readonly RelationInfo[] {
	const macro = "list_relations_without_caching";
	if (!isReplaced(self, macro)) return self.database.relations(database, schema);
	return self.database.remembered(database, schema, () =>
		relationsIn(callMacro(self, macro, { schema_relation: relationOf(self, database, schema).withoutIdentifier() })),
	);
}

/** What a project's own macro answers is handed on as it is (dbt). */
export function columnsAnswer(self: AdapterSelf, relation: RelationObject): Value {
	const macro = "get_columns_in_relation";
	return isReplaced(self, macro) ? callMacro(self, macro, { relation }) : [...columnsOf(self, relation)];
}

export function columnsOf(self: AdapterSelf, relation: RelationObject): readonly ColumnObject[] {
	const macro = "get_columns_in_relation";
	if (!isReplaced(self, macro)) return self.database.columns(relation.storedName);
	return iterableItems(callMacro(self, macro, { relation })).filter((column) => column instanceof ColumnObject);
}

export function listSchemas(self: AdapterSelf, database: string): readonly string[] {
	if (!isReplaced(self, "list_schemas")) return self.database.schemas(database);
	return iterableItems(callMacro(self, "list_schemas", { database })).map((row) => toText(iterableItems(row)[0]));
}

export function schemaExists(self: AdapterSelf, database: string, schema: string): boolean {
	if (!isReplaced(self, "check_schema_exists"))
		return self.database.schemas(database).some((name) => name.toLowerCase() === schema.toLowerCase());
	const information_schema = relationOf(self, database, schema).informationSchema(null);
	const [row] = iterableItems(callMacro(self, "check_schema_exists", { information_schema, schema }));
	return row !== undefined && truthy(iterableItems(row)[0]);
}

/** A schema made or dropped is kept at once, as in dbt. */
export function changeSchema(self: AdapterSelf, macro: "create_schema" | "drop_schema", of: RelationObject): Value {
	callMacro(self, macro, { relation: of.withoutIdentifier() });
	return self.database.commit();
}

export function changeRelation(self: AdapterSelf, macro: string, given: Readonly<Record<string, Value>>): Value {
	callMacro(self, macro, given);
	return null;
}
