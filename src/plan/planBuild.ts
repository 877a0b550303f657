import type { Candidate } from "../core/adapter.ts";
import type { MacroArgument, MacroCall } from "../core/compiler.ts";
import type { AdapterResponse, BuildInput, NodePlan, Plan } from "../core/plan.ts";
import { adapterResponse } from "./adapterResponse.ts";
import { execute, loadSeed, macroSql, macroWork, perform } from "./ask.ts";
import { describeCandidate } from "./describeCandidate.ts";
import { runHooks } from "./runHooks.ts";

interface Built {
	readonly response: AdapterResponse;
	readonly executedSql: string | null;
}

const value = (v: unknown): MacroArgument => ({ kind: "value", value: v });

/** The macros dbt calls for these, so that an override at either level (`get_create_table_as_sql`, `create_table_as`) is met. */
function createCall(input: BuildInput, candidate: Candidate, sql: string): MacroCall {
	const relation: MacroArgument = { kind: "relation", relation: candidate.candidate, type: candidate.kind };
	return {
		macro: candidate.kind === "view" ? "get_create_view_as_sql" : "get_create_table_as_sql",
		positional: candidate.kind === "view" ? [relation, value(sql)] : [value(false), relation, value(sql)],
		keyword: {},
		node: input.node.unique_id,
		sql,
	};
}

function* create(input: BuildInput, candidate: Candidate): Plan<Built> {
	if (input.sql === null) {
		const rows = yield* loadSeed(candidate.candidate);
		return { response: { _message: `INSERT ${rows}`, code: "INSERT", rows_affected: rows }, executedSql: null };
	}
	const executedSql = yield* macroSql(createCall(input, candidate, input.sql), input.node.name);
	const result = yield* execute(executedSql, "build");
	return { response: adapterResponse(result), executedSql };
}

/** `indexes:` of the config, by the macro dbt has for it; on the candidate, where their final names are free. */
function* createIndexes(input: BuildInput, candidate: Candidate): Plan<void> {
	const indexes = input.node.config.indexes;
	if (candidate.kind !== "table" || !Array.isArray(indexes) || indexes.length === 0) return;
	yield* macroWork({
		macro: "create_indexes",
		positional: [{ kind: "relation", relation: candidate.candidate, type: "table" }],
		keyword: {},
		node: input.node.unique_id,
		...(input.sql === null ? {} : { sql: input.sql }),
	});
}

/**
 * dbt's post-hooks find a table without indexes and keys, and make them each time (`create index on {{ this }} (id)`).
 * Where they run while publishing, as in dbt, nothing may be taken over before, or every run would add another index.
 */
const hooksMeetAFreshTable = (input: BuildInput): boolean =>
	input.postHooks === "published" && input.node.config["post-hook"].length > 0;

/**
 * A table, view or seed built aside. Everything from the first transactional pre-hook to the record that the candidate
 * stands is one transaction: a candidate that is listed is whole, and one that failed has left nothing.
 *
 * Post-hooks run before the candidate takes over its target's keys and indexes: an index that both a hook and the old
 * relation bring must be found there, not be made twice.
 */
export function* planBuild(input: BuildInput): Plan<NodePlan> {
	const candidate = describeCandidate(input);
	const { node } = input;
	let built: Built | undefined;
	yield* runHooks({ node, when: "pre-hook", transaction: false, self: null });
	yield* perform({
		kind: "transaction",
		body: function* () {
			yield* runHooks({ node, when: "pre-hook", transaction: true, self: null });
			built = yield* create(input, candidate);
			yield* createIndexes(input, candidate);
			if (input.postHooks === "candidate")
				yield* runHooks({ node, when: "post-hook", transaction: true, self: candidate.candidate });
			if (candidate.kind === "table" && !hooksMeetAFreshTable(input)) yield* perform({ kind: "dress", candidate });
			yield* perform({ kind: "stands", candidate, response: built.response });
		},
	});
	if (built === undefined) throw new Error(`the transaction of ${node.unique_id} was answered without being run`);
	return {
		kind: "built",
		candidate,
		message: built.response._message ?? "",
		response: built.response,
		executedSql: built.executedSql,
	};
}
