/** `adapter` while running: dbt's methods, each answered by the catalog or by a statement on the node's session. */
import { fail } from "../../core/diagnostic.ts";
import type { RelationInfo } from "../../core/relation.ts";
import {
	type Arguments,
	bindArguments,
	HostFunction,
	HostObject,
	PyDict,
	repr,
	toPlain,
	toText,
	truthy,
	type Value,
} from "../../jinja/jinja.ts";
import type { ContextScope } from "../contextScope.ts";
import { flagOf } from "../projectFacts.ts";
import { ADAPTER_BASICS, adapterBasics } from "./adapterBasics.ts";
import {
	type AdapterSelf,
	changeRelation,
	changeSchema,
	columnsAnswer,
	columnsOf,
	listRelations,
	listSchemas,
	schemaExists,
} from "./adapterMacros.ts";
import { ColumnObject, describedColumn } from "./columnObject.ts";
import { columnLines, modelLines } from "./constraints.ts";
import { iterableItems } from "./iterableItems.ts";
import { definedOnly, RelationObject, relationObject, relationTypeOf, storedRelationObject } from "./relationObject.ts";
import { SNAPSHOT_METHODS } from "./snapshotMethods.ts";
import { columnTypeFor, TableObject } from "./tableObject.ts";

type Self = AdapterSelf;

type Method = readonly [spec: readonly string[], run: (self: Self, given: Record<string, Value>) => Value];

function relationGiven(method: string, value: Value): RelationObject {
	if (value instanceof RelationObject) return value;
	return fail("TFM-REF-006", {
		callee: `adapter.${method}()`,
		problem: `needs a relation, not ${repr(value)}`,
		usage: `adapter.${method}(ref('name'))`,
	});
}

const known = ({ context }: Self, info: RelationInfo): RelationObject =>
	storedRelationObject(context.facts.dialect, info, {
		type: relationTypeOf(info.kind, context.facts.dialect),
		quote: definedOnly(context.facts.config.project.quoting),
	});

/** The relation of that name in the catalog; a bare name also matches in another case where names are not quoted. */
function findRelation(self: Self, given: Record<string, Value>): Value {
	const { config, dialect } = self.context.facts;
	const text = (value: Value, otherwise: string) => (value == null ? otherwise : toText(value));
	const quoting = { ...dialect.defaultQuoting, ...definedOnly(config.project.quoting) };
	const asGiven = text(given.schema, config.target.schema);
	const schema = quoting.schema ? asGiven : dialect.fold(asGiven);
	const identifier = text(given.identifier, "");
	const askedDatabase = text(given.database, config.target.database);
	const database = quoting.database ? askedDatabase : dialect.storedDatabase(askedDatabase);
	const list = listRelations(self, database, schema);
	const exact = list.find((info) => info.identifier === identifier);
	const folded = quoting.identifier
		? undefined
		: list.find((info) => info.identifier.toLowerCase() === identifier.toLowerCase());
	const found = exact ?? folded;
	return found === undefined ? null : known(self, found);
}

/** A database and a schema by name, as the catalog calls them. */
function storedSchema({ context }: Self, given: Record<string, Value>): { database: string; schema: string } {
	const { config, dialect } = context.facts;
	const quote = definedOnly(config.project.quoting);
	const name = { database: toText(given.database ?? ""), schema: toText(given.schema), identifier: "" };
	return relationObject(dialect, name, { quote }).storedName;
}

/** dbt refuses to drop what has no type; here the catalog is asked, and what is not there has none to be dropped by. */
function withKind(self: Self, relation: RelationObject): RelationObject {
	if (relation.fields.type !== null) return relation;
	const { database, schema, identifier } = relation.storedName;
	const found = listRelations(self, database, schema).find((info) => info.identifier === identifier);
	return relation.replace({ type: relationTypeOf(found?.kind, relation.dialect) ?? "table" });
}

function widenColumns(self: Self, given: Record<string, Value>): Value {
	const from = relationGiven("expand_target_column_types", given.from_relation);
	const to = relationGiven("expand_target_column_types", given.to_relation);
	const wanted = new Map(columnsOf(self, from).map((column) => [column.fields.name, column]));
	for (const column of columnsOf(self, to)) {
		const source = wanted.get(column.fields.name);
		const canExpand = column.attribute("can_expand_to");
		if (source === undefined || !(canExpand instanceof HostFunction)) continue;
		if (!truthy(canExpand.call({ positional: [source], keyword: new Map() }))) continue;
		const alter = self.scope.get("alter_column_type");
		if (alter instanceof HostObject)
			alter.call?.({ positional: [to, column.fields.name, source.dataType], keyword: new Map() });
	}
	return null;
}

/** A behaviour flag of the adapter: off unless the project sets it. */
const behaviorFlag = (self: Self, name: string): Value => {
	const on = flagOf(self.context.facts.invocation, name) === true;
	return PyDict.from({ name, setting: on, no_warn: on });
};

class Behavior extends HostObject {
	readonly typeName = "Behavior";
	readonly #self: Self;

	constructor(self: Self) {
		super();
		this.#self = self;
	}

	override attribute(name: string): Value {
		return behaviorFlag(this.#self, name);
	}
}

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
	[
		"execute",
		[
			["sql", "auto_begin?", "fetch?", "limit?"],
			({ database }, given) => database.execute(toText(given.sql), truthy(given.fetch)),
		],
	],
	["add_query", [["sql", "**rest"], ({ database }, given) => database.execute(toText(given.sql), false)]],
	["get_relation", [["database", "schema", "identifier"], findRelation]],
	[
		"load_relation",
		[
			["relation"],
			(self, given) => {
				const { database, schema, identifier } = relationGiven("load_relation", given.relation).storedName;
				return findRelation(self, { database, schema, identifier });
			},
		],
	],
	[
		"already_exists",
		[["schema", "name"], (self, { schema, name }) => findRelation(self, { schema, identifier: name }) !== null],
	],
	[
		"list_relations",
		[
			["database", "schema"],
			(self, given) => {
				const { database, schema } = storedSchema(self, given);
				return listRelations(self, database, schema).map((info) => known(self, info));
			},
		],
	],
	[
		"list_relations_without_caching",
		[
			["schema_relation"],
			(self, given) => {
				const { database, schema } = relationGiven("list_relations_without_caching", given.schema_relation).storedName;
				return listRelations(self, database, schema).map((info) => known(self, info));
			},
		],
	],
	[
		"get_columns_in_relation",
		[["relation"], (self, given) => columnsAnswer(self, relationGiven("get_columns_in_relation", given.relation))],
	],
	[
		"get_columns_in_table",
		[
			["schema", "identifier"],
			(self, { schema, identifier }) => {
				const { dialect, config } = self.context.facts;
				const { database } = config.target;
				const name = { database, schema: toText(schema), identifier: toText(identifier) };
				const quote = definedOnly(config.project.quoting);
				return [...columnsOf(self, relationObject(dialect, name, { quote }))];
			},
		],
	],
	[
		"get_missing_columns",
		[
			["from_relation", "to_relation"],
			(self, given) => {
				const to = relationGiven("get_missing_columns", given.to_relation);
				const from = relationGiven("get_missing_columns", given.from_relation);
				const has = new Set(columnsOf(self, to).map((column) => column.fields.name));
				return columnsOf(self, from).filter((column) => !has.has(column.fields.name));
			},
		],
	],
	["expand_target_column_types", [["from_relation", "to_relation"], widenColumns]],
	[
		"get_column_schema_from_query",
		[
			["sql"],
			({ database, context }, given) =>
				database.query(toText(given.sql), true).columns.map(({ name, type }) => {
					const { dialect } = context.facts;
					const dtype = dialect.typeLabel(describedColumn(dialect, name, type).fields.dtype);
					return new ColumnObject(dialect, { name, dtype, charSize: null, precision: null, scale: null });
				}),
		],
	],
	[
		"get_columns_in_query",
		[
			["sql"],
			({ scope }, given) => {
				const macro = scope.get("get_columns_in_query");
				return macro instanceof HostObject ? macro.call?.({ positional: [given.sql], keyword: new Map() }) : null;
			},
		],
	],
	[
		"create_schema",
		[
			["relation"],
			(self, given) => changeSchema(self, "create_schema", relationGiven("create_schema", given.relation)),
		],
	],
	[
		"drop_schema",
		[["relation"], (self, given) => changeSchema(self, "drop_schema", relationGiven("drop_schema", given.relation))],
	],
	[
		"drop_relation",
		[
			["relation"],
			(self, given) =>
				changeRelation(self, "drop_relation", {
					relation: withKind(self, relationGiven("drop_relation", given.relation)),
				}),
		],
	],
	[
		"truncate_relation",
		[
			["relation"],
			(self, given) =>
				changeRelation(self, "truncate_relation", { relation: relationGiven("truncate_relation", given.relation) }),
		],
	],
	[
		"rename_relation",
		[
			["from_relation", "to_relation"],
			(self, given) =>
				changeRelation(self, "rename_relation", {
					from_relation: relationGiven("rename_relation", given.from_relation),
					to_relation: relationGiven("rename_relation", given.to_relation),
				}),
		],
	],
	[
		"check_schema_exists",
		[
			["database", "schema"],
			(self, { database, schema }) => schemaExists(self, toText(database ?? ""), toText(schema)),
		],
	],
	["list_schemas", [["database?"], (self, { database }) => [...listSchemas(self, toText(database ?? ""))]]],
	["cache_added", [["relation"], () => ""]],
	["cache_dropped", [["relation"], () => ""]],
	["cache_renamed", [["from_relation", "to_relation"], () => ""]],
	["commit", [[], ({ database }) => database.commit()]],
	["date_function", [[], () => "now()"]],
	[
		"convert_type",
		[
			["agate_table", "col_idx"],
			(_self, { agate_table: table, col_idx: column }) =>
				table instanceof TableObject ? columnTypeFor(table, Number(column)) : "text",
		],
	],
	["build_catalog_relation", [["model"], () => null]],
	["standardize_grants_dict", [["grants_table"], (_self, { grants_table: table }) => grantsOf(table)]],
	[
		"get_incremental_strategy_macro",
		[["model_context", "strategy"], ({ scope }, { strategy }) => strategyMacro(scope, toText(strategy))],
	],
	[
		"render_raw_columns_constraints",
		[["raw_columns"], ({ context }, { raw_columns }) => columnLines(toPlain(raw_columns), context.facts.dialect)],
	],
	["render_raw_model_constraints", [["raw_constraints"], (_self, given) => modelLines(toPlain(given.raw_constraints))]],
	...SNAPSHOT_METHODS,
]);

/** Privileges to grantees, out of a table with the columns grantee and privilege_type. */
function grantsOf(table: Value): Value {
	const grants = new PyDict();
	if (!(table instanceof TableObject)) return grants;
	const [grantee, privilege] = [table.position("grantee"), table.position("privilege_type")];
	for (const row of table.content.rows) {
		const list = grants.get(row[privilege]);
		grants.set(row[privilege], [...(list === undefined ? [] : iterableItems(list)), row[grantee]]);
	}
	return grants;
}

function strategyMacro(scope: ContextScope, strategy: string): Value {
	const name = `get_incremental_${strategy.replace("+", "_")}_sql`;
	const macro = scope.get(name);
	if (macro !== undefined) return macro;
	const { registry } = scope.context.facts;
	return fail("TFM-REF-011", { macro: name, suggestion: registry.suggest(name, scope.context.packageName) });
}

class RunAdapter extends HostObject {
	readonly typeName = "RuntimeDatabaseWrapper";
	readonly #self: Self;

	constructor(self: Self) {
		super();
		this.#self = self;
	}

	override attribute(name: string): Value {
		const method = METHODS.get(name);
		if (method !== undefined) {
			const [spec, run] = method;
			return new HostFunction(name, (args: Arguments) => run(this.#self, bindArguments(name, spec, args)));
		}
		if (name === "behavior") return new Behavior(this.#self);
		return adapterBasics(this.#self.context, this.#self.scope, name);
	}
}

/** Whether `adapter` has a member of this name. */
export const isAdapterMember = (name: string): boolean =>
	METHODS.has(name) || ADAPTER_BASICS.has(name) || name === "behavior";

export const runAdapter = (self: Self): HostObject => new RunAdapter(self);
