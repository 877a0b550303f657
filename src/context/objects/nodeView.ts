/**
 * A node as dbt shows it in `model` and `graph`: the fields of its manifest. What tfm keeps beside them is left out, and
 * what it does not keep has the value that dbt gives it before a node is built.
 */
import type { ExecutableNode, GraphNode } from "../../core/node.ts";
import { translateType } from "./translateType.ts";

type Fields = Readonly<Record<string, unknown>>;

const CONTRACT = { enforced: false, alias_types: true };

/** Fields that dbt fills in when it compiles a node; those of the compiled text are not there before. */
const NOT_COMPILED = { build_path: null, compiled_path: null } as const;

function executableFields(node: Fields): Fields {
	const config = node.config as Fields;
	return {
		config_call_dict: {},
		unrendered_config_call_dict: {},
		contract: { ...CONTRACT, ...(config.contract as object | undefined), checksum: null },
		metrics: [],
		functions: [],
		...(node.resource_type === "model" ? { batch: null, defer_relation: null, time_spine: null } : {}),
		...node,
	};
}

function withoutOwn(node: GraphNode): Fields {
	const {
		location: _place,
		layer: _layer,
		code_line: _line,
		code_column: _column,
		load: _load,
		...fields
	} = node as GraphNode & Fields;
	return fields;
}

/**
 * `model`: of a node that is being compiled. Shallow, as all of them: what is inside stays lazy. Its columns have their
 * types translated, unless the contract says `alias_types: false`, so that a contract may write `string`. Without
 * `created_at`.
 */
export function modelFields(node: ExecutableNode): Fields {
	const fields = executableFields(withoutOwn(node));
	const aliased = (fields.contract as Fields).alias_types !== false;
	return aliased ? { ...fields, columns: withTypeAliases(node.columns) } : fields;
}

function withTypeAliases(columns: ExecutableNode["columns"]): ExecutableNode["columns"] {
	const translated = Object.entries(columns).flatMap(([name, column]) => {
		const dataType = column.data_type ? translateType(column.data_type) : column.data_type;
		return dataType === column.data_type ? [] : [[name, { ...column, data_type: dataType }] as const];
	});
	return translated.length === 0 ? columns : { ...columns, ...Object.fromEntries(translated) };
}

/** dbt's `created_at`, in seconds. */
export const createdAt = (startedAt: Date): number => startedAt.getTime() / 1000;

/** A node of `graph`. Its `created_at` is made when it is read: only who reads it has asked for the time. */
export function nodeFields(node: GraphNode, startedAt: Date): Fields {
	const executable = "raw_code" in node;
	return {
		...(executable ? NOT_COMPILED : {}),
		get created_at() {
			return createdAt(startedAt);
		},
		...(executable ? executableFields(withoutOwn(node)) : withoutOwn(node)),
	};
}
