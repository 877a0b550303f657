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
import type { BaseContext, ContextScope } from "../contextScope.ts";
import { flagOf } from "../projectFacts.ts";
import { adapterBasics } from "./adapterBasics.ts";
import { ColumnObject, describedColumn } from "./columnObject.ts";
import { columnLines, modelLines } from "./constraints.ts";
import type { DatabasePort } from "./databasePort.ts";
import { iterableItems } from "./iterableItems.ts";
import { definedOnly, RelationObject, relationObject, relationTypeOf } from "./relationObject.ts";
import { SNAPSHOT_METHODS } from "./snapshotMethods.ts";
import { TableObject } from "./tableObject.ts";

interface Self {
	readonly context: BaseContext;
	readonly scope: ContextScope;
	readonly database: DatabasePort;
}

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
	relationObject(context.facts.dialect, info, {
		type: relationTypeOf(info.kind),
		quote: definedOnly(context.facts.config.project.quoting),
	});

/** The relation of that name in the catalog; a bare name also matches in another case where names are not quoted. */
function findRelation(self: Self, given: Record<string, Value>): Value {
	const { config, dialect } = self.context.facts;
	const text = (value: Value, otherwise: string) => (value == null ? otherwise : toText(value));
	const schema = text(given.schema, config.target.schema);
	const identifier = text(given.identifier, "");
	const list = self.database.relations(text(given.database, config.target.database), schema);
	const exact = list.find((info) => info.identifier === identifier);
	const quoting = { ...dialect.defaultQuoting, ...definedOnly(config.project.quoting) };
	const folded = quoting.identifier
		? undefined
		: list.find((info) => info.identifier.toLowerCase() === identifier.toLowerCase());
	const found = exact ?? folded;
	return found === undefined ? null : known(self, found);
}

function widenColumns(self: Self, given: Record<string, Value>): Value {
	const from = relationGiven("expand_target_column_types", given.from_relation).relationName;
	const to = relationGiven("expand_target_column_types", given.to_relation);
	const wanted = new Map(self.database.columns(from).map((column) => [column.fields.name, column]));
	for (const column of self.database.columns(to.relationName)) {
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

const ddl =
	(action: "drop_schema" | "drop_relation" | "truncate_relation" | "create_schema"): Method[1] =>
	(self, { relation }) =>
		self.database.change(action, relationGiven(action, relation).relationName);

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
				const { database, schema, identifier } = relationGiven("load_relation", given.relation).relationName;
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
			(self, { database, schema }) =>
				self.database.relations(toText(database ?? ""), toText(schema)).map((info) => known(self, info)),
		],
	],
	[
		"list_relations_without_caching",
		[
			["schema_relation"],
			(self, given) => {
				const { database, schema } = relationGiven(
					"list_relations_without_caching",
					given.schema_relation,
				).relationName;
				return self.database.relations(database, schema).map((info) => known(self, info));
			},
		],
	],
	[
		"get_columns_in_relation",
		[
			["relation"],
			({ database }, given) => database.columns(relationGiven("get_columns_in_relation", given.relation).relationName),
		],
	],
	[
		"get_columns_in_table",
		[
			["schema", "identifier"],
			({ database, context }, { schema, identifier }) =>
				database.columns({
					database: context.facts.config.target.database,
					schema: toText(schema),
					identifier: toText(identifier),
				}),
		],
	],
	[
		"get_missing_columns",
		[
			["from_relation", "to_relation"],
			({ database }, given) => {
				const to = relationGiven("get_missing_columns", given.to_relation).relationName;
				const from = relationGiven("get_missing_columns", given.from_relation).relationName;
				const has = new Set(database.columns(to).map((column) => column.fields.name));
				return database.columns(from).filter((column) => !has.has(column.fields.name));
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
	["create_schema", [["relation"], ddl("create_schema")]],
	["drop_schema", [["relation"], ddl("drop_schema")]],
	["drop_relation", [["relation"], ddl("drop_relation")]],
	["truncate_relation", [["relation"], ddl("truncate_relation")]],
	[
		"rename_relation",
		[
			["from_relation", "to_relation"],
			({ database }, given) =>
				database.change(
					"rename_relation",
					relationGiven("rename_relation", given.from_relation).relationName,
					relationGiven("rename_relation", given.to_relation).relationName,
				),
		],
	],
	[
		"check_schema_exists",
		[
			["database", "schema"],
			(self, { database, schema }) =>
				self.database
					.schemas(toText(database ?? ""))
					.some((name) => name.toLowerCase() === toText(schema).toLowerCase()),
		],
	],
	["list_schemas", [["database?"], (self, { database }) => [...self.database.schemas(toText(database ?? ""))]]],
	["cache_added", [["relation"], () => ""]],
	["cache_dropped", [["relation"], () => ""]],
	["cache_renamed", [["from_relation", "to_relation"], () => ""]],
	["commit", [[], () => ""]],
	["date_function", [[], () => "now()"]],
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

export const runAdapter = (self: Self): HostObject => new RunAdapter(self);
