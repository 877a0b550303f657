import { fail } from "../../core/diagnostic.ts";
import { type Arguments, bindArguments, HostFunction, PyDict, toText, type Value } from "../../jinja/jinja.ts";
import type { BaseContext } from "../contextScope.ts";
import { raiseContractError } from "./contractMismatch.ts";

/** dbt's other ways to raise: each with the words for what its arguments mean. */
const RAISERS: Readonly<Record<string, (args: readonly string[], label: string) => string>> = {
	missing_config: ([, name], label) => `${label} needs the config "${name}", which is not set`,
	missing_materialization: ([, type], label) => `no materialization of ${label} exists for the adapter "${type}"`,
	missing_relation: ([relation], label) => `the relation ${relation}, which ${label} needs, does not exist`,
	raise_ambiguous_alias: ([first, second]) => `two nodes would be the same relation: ${first} and ${second}`,
	raise_ambiguous_catalog_match: ([id]) => `several relations of the catalog match ${id}`,
	raise_cache_inconsistent: ([message]) => `${message}`,
	raise_database_error: ([message]) => `${message}`,
	raise_dataclass_not_dict: ([object]) => `the object ${object} must be a dict`,
	raise_dep_not_found: ([, description, required]) =>
		`${description} needs the package ${required}, which is not installed`,
	raise_dependency_error: ([message]) => `${message}`,
	raise_duplicate_patch_name: ([first, second]) => `two YAML entries describe the same node: ${first} and ${second}`,
	raise_duplicate_resource_name: ([first, second]) => `two nodes have one name: ${first} and ${second}`,
	raise_invalid_property_yml_version: ([path, issue]) => `${path}: ${issue}`,
	raise_not_implemented: ([message]) => `${message}`,
	raise_fail_fast_error: ([message]) => `${message}`,
	relation_wrong_type: ([relation, expected]) => `the relation ${relation} is not a ${expected}`,
};

const SNAPSHOT_TYPES = ["snapshot_time_data_type", "updated_at_data_type"] as const;

/** `exceptions`: raise_compiler_error, warn and the rest. */
export function exceptionsObject(context: BaseContext): PyDict {
	const dict = PyDict.from({
		raise_compiler_error: new HostFunction("raise_compiler_error", (args) =>
			fail("TFM-JINJA-023", { message: toText(firstOf(args, "msg")) }),
		),
		warn: new HostFunction("warn", (args) => {
			context.write({
				text: toText(firstOf(args, "msg")),
				info: true,
				remark: { name: "JinjaLogWarning", by: context.label },
			});
			return "";
		}),
		warn_snapshot_timestamp_data_types: new HostFunction("warn_snapshot_timestamp_data_types", (args) => {
			const given = bindArguments("warn_snapshot_timestamp_data_types", SNAPSHOT_TYPES, args);
			const [clock = "", updatedAt = ""] = SNAPSHOT_TYPES.map((name) => toText(given[name]));
			const name = context.label.split(".").at(-1);
			const text = `${name}: updated_at is a ${updatedAt}, and rows that are deleted end at a ${clock}`;
			const types = { snapshot_time_data_type: clock, updated_at_data_type: updatedAt };
			context.write({ text, info: true, remark: { name: "SnapshotTimestampWarning", ...types } });
			return "";
		}),
	});
	dict.set(
		"raise_contract_error",
		new HostFunction("raise_contract_error", (args) => {
			const given = bindArguments("raise_contract_error", ["yaml_columns", "sql_columns"], args);
			return raiseContractError(context.label, given.yaml_columns, given.sql_columns);
		}),
	);
	dict.set(
		"column_type_missing",
		new HostFunction("column_type_missing", (args) =>
			fail("TFM-REF-032", { model: context.label, columns: toText(firstOf(args, "column_names")) }),
		),
	);
	for (const [name, words] of Object.entries(RAISERS)) {
		dict.set(
			name,
			new HostFunction(name, ({ positional, keyword }) =>
				fail("TFM-REF-018", {
					function: name,
					message: words([...positional, ...keyword.values()].map(toText), context.label),
				}),
			),
		);
	}
	return dict;
}

const firstOf = (args: Arguments, name: string): Value => args.positional[0] ?? args.keyword.get(name) ?? "";
