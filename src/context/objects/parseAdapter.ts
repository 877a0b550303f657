import { HostFunction, HostObject, PyDict, PyTuple, type Value } from "../../jinja/jinja.ts";
import type { BaseContext, ContextScope } from "../contextScope.ts";
import { adapterBasics } from "./adapterBasics.ts";
import { ResponseObject } from "./responseObject.ts";
import { emptyTable } from "./tableObject.ts";

/** What dbt answers for the database while it only reads the project. */
const ANSWERS: Readonly<Record<string, (context: BaseContext) => Value>> = {
	get_relation: () => null,
	load_relation: () => null,
	create_schema: () => null,
	drop_schema: () => null,
	drop_relation: () => null,
	truncate_relation: () => null,
	rename_relation: () => null,
	expand_target_column_types: () => null,
	valid_snapshot_target: () => null,
	assert_valid_snapshot_target_given_strategy: () => null,
	get_hard_deletes_behavior: () => "ignore",
	get_columns_in_relation: () => [],
	get_columns_in_table: () => [],
	get_columns_in_query: () => [],
	get_column_schema_from_query: () => [],
	get_missing_columns: () => [],
	list_relations: () => [],
	list_relations_without_caching: () => [],
	list_schemas: () => [],
	check_schema_exists: () => false,
	already_exists: () => false,
	get_incremental_strategy_macro: () => null,
	get_partitions_metadata: () => null,
	standardize_grants_dict: () => new PyDict(),
	render_raw_columns_constraints: () => [],
	render_raw_model_constraints: () => [],
	convert_type: () => null,
	build_catalog_relation: () => null,
	behavior: () => new PyDict(),
	cache_added: () => "",
	cache_dropped: () => "",
	cache_renamed: () => "",
	execute: (context) =>
		PyTuple.fromItems([new ResponseObject("", null, null), emptyTable((text) => context.write({ text, info: true }))]),
	add_query: () => PyTuple.fromItems([null, null]),
	run_query: () => null,
	commit: () => null,
};

class ParseAdapter extends HostObject {
	readonly typeName = "ParseDatabaseWrapper";
	readonly #context: BaseContext;
	readonly #scope: ContextScope;

	constructor(context: BaseContext, scope: ContextScope) {
		super();
		this.#context = context;
		this.#scope = scope;
	}

	override attribute(name: string): Value {
		const answer = Object.hasOwn(ANSWERS, name) ? ANSWERS[name] : undefined;
		if (answer !== undefined) return new HostFunction(name, () => answer(this.#context));
		return adapterBasics(this.#context, this.#scope, name);
	}
}

/** `adapter` while parsing: dispatch and quoting work, and the database is empty. */
export const parseAdapter = (context: BaseContext, scope: ContextScope): HostObject => new ParseAdapter(context, scope);
