/** What an incremental model asks for, read once and checked before anything is sent. */
import { diagnostic, fail } from "../core/diagnostic.ts";
import type { BuildInput, Plan } from "../core/plan.ts";
import { readReprocessBy } from "../core/reprocessBy.ts";
import { suggestName } from "../core/suggestName.ts";
import { perform } from "./ask.ts";
import { columnNamed } from "./columnNamed.ts";

export type OnSchemaChange = "ignore" | "fail" | "append_new_columns" | "sync_all_columns";

export interface IncrementalConfig {
	/**
	 * How the rows come in, where tfm can say what the table will be without trying; `custom`: the project wrote the
	 * statement, or a macro that it is made of, so it is run against a copy.
	 */
	readonly strategy: "append" | "delete+insert" | "merge" | "insert_overwrite" | "custom";
	/** The macro that writes the statement. */
	readonly macro: string;
	/** One expression each, as written; empty: rows are only added. */
	readonly key: readonly string[];
	/** As configured, for the macro. */
	readonly uniqueKey: string | readonly string[] | null;
	readonly predicates: readonly string[];
	readonly onSchemaChange: OnSchemaChange;
	readonly contract: boolean;
	readonly mergeUpdate: readonly string[];
	readonly mergeExclude: readonly string[];
	/** The key is that of groups that are computed again as a whole (`reprocess_by`). */
	readonly reprocesses: boolean;
}

/** The macros that a built-in strategy is made of: replacing any of them may change what the table will be. */
const MERGE = ["get_incremental_merge_sql", "get_merge_sql", "get_merge_unique_key_match", "get_merge_update_columns"];
const MADE_OF: Readonly<
	Record<"append" | "delete+insert" | "merge" | "microbatch" | "insert_overwrite", readonly string[]>
> = {
	append: ["get_incremental_append_sql", "get_insert_into_sql"],
	"delete+insert": ["get_incremental_delete_insert_sql", "get_delete_insert_merge_sql"],
	merge: MERGE,
	// Each batch is merged; that it is one changes nothing for the rows.
	microbatch: MERGE,
	insert_overwrite: ["get_incremental_insert_overwrite_sql"],
};
const isBuiltIn = (name: string): name is keyof typeof MADE_OF => Object.hasOwn(MADE_OF, name);

const CHANGES: readonly OnSchemaChange[] = ["ignore", "fail", "append_new_columns", "sync_all_columns"];

function strings(input: BuildInput, config: string, value: unknown): readonly string[] {
	if (value === null || value === undefined) return [];
	const list = Array.isArray(value) ? value : [value];
	if (list.every((v): v is string => typeof v === "string")) return list;
	return fail(
		"TFM-INC-011",
		{ node: input.node.name, config, problem: "must be text or a list of texts" },
		{ at: input.node.location },
	);
}

/** `a, b` is two keys where the macro writes it into a list; commas in parentheses and quotes are part of an expression. */
export function splitTopLevel(text: string): readonly string[] {
	const parts: string[] = [];
	let depth = 0;
	let quote: string | null = null;
	let from = 0;
	for (let i = 0; i < text.length; i++) {
		const c = text[i]!;
		if (quote !== null) {
			if (c === quote) quote = null;
		} else if (c === "'" || c === '"') quote = c;
		else if (c === "(" || c === "[") depth++;
		else if (c === ")" || c === "]") depth--;
		else if (c === "," && depth === 0) {
			parts.push(text.slice(from, i).trim());
			from = i + 1;
		}
	}
	return [...parts, text.slice(from).trim()].filter((part) => part !== "");
}

function strategyOf(input: BuildInput, keyed: boolean): Pick<IncrementalConfig, "strategy" | "macro"> {
	const { node, isOverridden } = input;
	const given = node.config.incremental_strategy;
	const name = typeof given === "string" && given !== "" ? given : "default";
	const macro = `get_incremental_${name.replace("+", "_")}_sql`;
	// dbt accepts the macro's spelling too.
	const asked = name === "delete_insert" ? "delete+insert" : name;
	const places = { at: node.location };
	if (isOverridden(macro)) return { strategy: "custom", macro };
	const { building } = input.dialect;
	if (asked === "insert_overwrite" && !building.overwrites)
		fail("TFM-INC-002", { node: node.name, strategy: name, reason: "Postgres has no such strategy" }, places);
	const usual = building.defaultStrategy[keyed ? "keyed" : "keyless"];
	const strategy = asked === "default" ? usual : asked;
	if (!isBuiltIn(strategy)) {
		const suggestion = suggestName(name, Object.keys(MADE_OF));
		return fail("TFM-INC-001", { node: node.name, strategy: name, macro, suggestion }, places);
	}
	if (MADE_OF[strategy].some(isOverridden)) return { strategy: "custom", macro };
	const merges = strategy === "merge" || strategy === "microbatch";
	if (merges && input.mergeStatement === "unsupported")
		fail("TFM-INC-002", { node: node.name, strategy, reason: `${input.engine} has no merge statement` }, places);
	if (strategy !== "microbatch") return { strategy, macro };
	// What a batch replaces is known while it is built, so batches go into a copy, one after the other.
	if (building.batches === "window") return { strategy: "custom", macro };
	if (!keyed) fail("TFM-INC-013", { node: node.name }, places);
	return { strategy: "merge", macro };
}

const REPLACES_GROUPS = new Set(["default", "delete+insert", "delete_insert", "microbatch"]);
/** Configs that say something about single rows, which a group that is computed anew does not have. */
const OF_ROWS = ["incremental_predicates", "predicates", "merge_update_columns", "merge_exclude_columns"] as const;

/** The columns of `reprocess_by`, or null. Groups are deleted and inserted, whatever the strategy gathers them by. */
function groupKey(input: BuildInput): readonly string[] | null {
	const { name, location, config } = input.node;
	const wrong = (problem: string, key = "reprocess_by"): never =>
		fail("TFM-INC-011", { node: name, config: key, problem }, { at: location });
	const read = readReprocessBy(config);
	if (read === null) return null;
	if (typeof read === "string") return wrong(read);
	const expression = read.columns.find((column) => columnNamed(column, input.dialect.fold) === null);
	if (expression !== undefined) wrong(`"${expression}" must be a column of the model`);
	const strategy = config.incremental_strategy;
	if (typeof strategy === "string" && strategy !== "" && !REPLACES_GROUPS.has(strategy))
		wrong(
			`"${strategy}" does not replace groups: with reprocess_by it is delete+insert or microbatch`,
			"incremental_strategy",
		);
	const other = OF_ROWS.find((key) => config[key] != null);
	if (other !== undefined) wrong("cannot stand together with reprocess_by", other);
	return read.columns;
}

const groupStrategy = ({ isOverridden }: BuildInput): Pick<IncrementalConfig, "strategy" | "macro"> => ({
	strategy: MADE_OF["delete+insert"].some(isOverridden) ? "custom" : "delete+insert",
	macro: "get_incremental_delete_insert_sql",
});

/** Throws TFM-INC-001, 002 and 011 for what cannot be built, also where the first run would not need it yet (dbt). */
export function readIncremental(input: BuildInput): IncrementalConfig {
	const { node } = input;
	const { config } = node;
	const groups = groupKey(input);
	const raw = groups ?? strings(input, "unique_key", config.unique_key);
	const uniqueKey =
		raw.length === 0 || raw.join("") === ""
			? null
			: groups === null && typeof config.unique_key === "string"
				? raw[0]!
				: raw;
	const { strategy, macro } = groups === null ? strategyOf(input, uniqueKey !== null) : groupStrategy(input);
	const key = uniqueKey === null ? [] : strategy === "delete+insert" ? raw.flatMap(splitTopLevel) : raw;
	const expression = strategy === "merge" ? key.find((k) => columnNamed(k, input.dialect.fold) === null) : undefined;
	if (expression !== undefined)
		fail(
			"TFM-INC-011",
			{
				node: node.name,
				config: "unique_key",
				problem: `"${expression}" must be a column: merge writes it behind an alias`,
			},
			{ at: node.location },
		);
	const predicates = strings(input, "predicates", config.predicates);
	const asked = config.on_schema_change ?? "ignore";
	const contract = (config.contract as { enforced?: unknown } | null | undefined)?.enforced === true;
	return {
		strategy,
		macro,
		key,
		uniqueKey,
		predicates:
			predicates.length > 0 ? predicates : strings(input, "incremental_predicates", config.incremental_predicates),
		onSchemaChange: CHANGES.find((known) => known === asked) ?? "ignore",
		contract,
		mergeUpdate: strings(input, "merge_update_columns", config.merge_update_columns),
		mergeExclude: strings(input, "merge_exclude_columns", config.merge_exclude_columns),
		reprocesses: groups !== null,
	};
}

/** An unknown `on_schema_change` is said once, where it would have mattered. */
export function* warnOfSchemaChange(input: BuildInput): Plan<void> {
	const { node } = input;
	const asked = node.config.on_schema_change ?? "ignore";
	if (CHANGES.some((known) => known === asked)) return;
	const facts = { node: node.name, value: String(asked), suggestion: suggestName(String(asked), CHANGES) };
	const remark = diagnostic("TFM-INC-007", facts, { at: node.location, severity: "warning" });
	yield* perform({ kind: "warn", diagnostic: remark });
}
