/** Members of `adapter` that only snapshots use. */
import { fail } from "../../core/diagnostic.ts";
import { HostObject, PyDict, toText, truthy, type Value } from "../../jinja/jinja.ts";
import type { BaseContext } from "../contextScope.ts";
import type { DatabasePort } from "./databasePort.ts";
import { RelationObject } from "./relationObject.ts";

interface Self {
	readonly context: BaseContext;
	readonly database: DatabasePort;
}

type Method = readonly [spec: readonly string[], run: (self: Self, given: Record<string, Value>) => Value];

const MODES = ["ignore", "invalidate", "new_record"];

function read(from: Value, key: string): Value {
	if (from instanceof PyDict) return from.get(key);
	return from instanceof HostObject ? from.item?.(key) : undefined;
}

/** What becomes of rows that left the query: the older `invalidate_hard_deletes` says the same as `invalidate`. */
function hardDeletes({ context }: Self, config: Value): string {
	const mode = read(config, "hard_deletes");
	const legacy = truthy(read(config, "invalidate_hard_deletes") ?? null);
	if (mode == null || mode === "") return legacy ? "invalidate" : "ignore";
	const said = toText(mode);
	if (!legacy && MODES.includes(said)) return said;
	const problem = legacy ? "sets both hard_deletes and invalidate_hard_deletes" : `has hard_deletes "${said}"`;
	const hint = legacy ? "remove invalidate_hard_deletes" : `write ${MODES.join(", ")}`;
	return fail("TFM-PARSE-028", { snapshot: context.label, problem, hint });
}

/** A table whose rows have no beginning and end cannot take new versions. `given.column_names` maps dbt's names to the configured ones. */
function requireColumns(self: Self, given: Record<string, Value>, wanted: readonly string[]): Value {
	const { relation } = given;
	if (!(relation instanceof RelationObject))
		return fail("TFM-REF-006", {
			callee: "adapter.valid_snapshot_target()",
			problem: "needs a relation",
			usage: "adapter.valid_snapshot_target(this)",
		});
	const there = new Set(self.database.columns(relation.storedName).map((c) => c.fields.name.toLowerCase()));
	const names = wanted.map((name) => toText(read(given.column_names, name) ?? name).replaceAll('"', ""));
	const missing = names.filter((name) => !there.has(name.toLowerCase()));
	if (missing.length === 0) return null;
	const { schema, identifier } = relation.storedName;
	const snapshot = self.context.label.split(".").at(-1) ?? "";
	return fail("TFM-SNAP-002", { snapshot, relation: `${schema}.${identifier}`, missing });
}

const ALWAYS = ["dbt_scd_id", "dbt_valid_from", "dbt_valid_to"];

export const SNAPSHOT_METHODS: readonly (readonly [string, Method])[] = [
	["get_hard_deletes_behavior", [["config"], (self, { config }) => hardDeletes(self, config)]],
	["valid_snapshot_target", [["relation", "column_names?"], (self, given) => requireColumns(self, given, ALWAYS)]],
	[
		"assert_valid_snapshot_target_given_strategy",
		[
			["relation", "column_names", "strategy"],
			(self, given) => {
				const keeps = read(given.strategy, "hard_deletes") === "new_record";
				return requireColumns(self, given, keeps ? [...ALWAYS, "dbt_is_deleted"] : ALWAYS);
			},
		],
	],
];
