/**
 * The nodes that stand in while a unit test is rendered, as in dbt 1.12: the tested model under the test's name, without
 * the model's configuration, and each input as an ephemeral model made of its rows.
 */
import type { ExecutableNode, NodeConfig, NodeId, SourceNode, UnitTestInput, UnitTestNode } from "../core/node.ts";
import { nodeId, versionedName } from "../core/node.ts";

const config = (materialized: string): NodeConfig =>
	Object.freeze({
		enabled: true,
		materialized,
		alias: null,
		schema: null,
		database: null,
		tags: [],
		meta: {},
		"pre-hook": [],
		"post-hook": [],
		unique_key: null,
		full_refresh: null,
		on_schema_change: "ignore",
		grants: {},
	});

/** A copy of the model with other fields; its location is not a field of its own. */
const standIn = (model: ExecutableNode, fields: object): ExecutableNode =>
	({ ...model, location: model.location, ...fields }) as unknown as ExecutableNode;

export function testedModel(test: UnitTestNode, model: ExecutableNode): ExecutableNode {
	const name = versionedName(test);
	return standIn(model, {
		unique_id: test.unique_id,
		resource_type: "unit_test",
		name,
		alias: name,
		fqn: test.unique_id.split("."),
		config: config("unit"),
	});
}

export interface StandIn {
	readonly node: ExecutableNode;
	/** Of the common table expression. */
	readonly name: string;
}

/** What an input's rows become: an ephemeral model under the name of what it stands for. */
export function inputModel(
	input: UnitTestInput,
	original: ExecutableNode | SourceNode,
	model: ExecutableNode,
): StandIn {
	const isSource = original.resource_type === "source";
	const alias = isSource ? original.identifier : original.alias;
	const node = standIn(model, {
		unique_id: inputId(original),
		resource_type: "model",
		name: original.name,
		package_name: original.package_name,
		database: original.database,
		schema: original.schema,
		alias,
		fqn: original.fqn,
		refs: [],
		sources: [],
		depends_on: { macros: [], nodes: [] },
		config: config("ephemeral"),
		raw_code: input.format === "sql" ? input.code : `{{ get_fixture_sql(${input.code}, None) }}`,
		location: input.location,
	});
	return { node, name: `__dbt__cte__${isSource ? `${original.source_name}__${original.name}` : alias}` };
}

/** Two sources may have tables of one name. */
const inputId = (original: ExecutableNode | SourceNode): NodeId => {
	const source = original.resource_type === "source" ? `${original.source_name}__` : "";
	return nodeId(`model.${original.package_name}.${source}${original.name}`);
};
