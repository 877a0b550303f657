import type { Candidate } from "../core/adapter.ts";
import type { Batch } from "../core/eventTime.ts";
import type { BuildInput, NodePlan, Plan } from "../core/plan.ts";
import { adapterResponse } from "./adapterResponse.ts";
import { type Closing, loadSeed, perform } from "./ask.ts";
import { buildIncremental } from "./buildIncremental.ts";
import type { Built } from "./built.ts";
import { indexesOfView } from "./configurationChange.ts";
import { createFromQuery } from "./createFromQuery.ts";
import { bringsRows, describeCandidate } from "./describeCandidate.ts";
import { readIncremental } from "./incrementalConfig.ts";
import { isPartitioned } from "./partitionBy.ts";
import { planOwn } from "./planOwn.ts";
import { planSnapshot } from "./planSnapshot.ts";
import { pointAt } from "./pointAt.ts";
import { checkGroupColumns } from "./reprocess.ts";
import { runHooks } from "./runHooks.ts";
import { createIndexes, hasIndexes, makeIndexes } from "./tableConfig.ts";
import { tagQueries } from "./tagQueries.ts";

function* create(input: BuildInput, candidate: Candidate): Plan<Built> {
	if (input.sql !== null) return yield* createFromQuery(input, candidate, input.sql, closingOf(input, candidate));
	const { rows, queryId } = yield* loadSeed(candidate.candidate);
	// dbt calls it CREATE where it was asked to make the table anew, and INSERT also where the table was made just now.
	const code = input.fullRefresh ? "CREATE" : "INSERT";
	const named = queryId === undefined ? {} : { query_id: queryId };
	const response = { _message: `${code} ${rows}`, code, rows_affected: rows, ...named };
	return { candidate, response, executedSql: null };
}

/** Those of a materialized view may be asked to stay as they are. */
function* indexCandidate(input: BuildInput, candidate: Candidate): Plan<void> {
	if (candidate.kind === "table") yield* createIndexes(input, candidate.candidate);
	if (candidate.kind !== "materialized_view") return;
	const view = { name: candidate.candidate, kind: candidate.kind };
	yield* makeIndexes(input, view, yield* indexesOfView(input));
}

/**
 * dbt's post-hooks find a table without indexes and keys, and make them each time (`create index on {{ this }} (id)`).
 * Where they run while publishing, as in dbt, nothing may be taken over before, or every run would add another index.
 */
const hooksMeetAFreshTable = (input: BuildInput): boolean =>
	input.postHooks === "published" && input.node.config["post-hook"].length > 0;

const isDressed = (input: BuildInput, candidate: Candidate): boolean =>
	candidate.apply === undefined && candidate.kind !== "view" && !hooksMeetAFreshTable(input);

/** Where the statement that makes a table or view is the last of its transaction that the project has a say in. */
function closingOf(input: BuildInput, candidate: Candidate): Closing {
	const { node, pointer, postHooks, dialect } = input;
	const plain = node.resource_type === "model" && ["table", "view"].includes(node.config.materialized);
	const hooks = postHooks === "candidate" && node.config["post-hook"].some((hook) => hook.transaction);
	const more = pointer !== null || hooks || hasIndexes(input) || dialect.building.viewsByStatement;
	const response = candidate.kind === "view" ? adapterResponse({ status: "CREATE VIEW", rowCount: null }) : null;
	return plain && !more ? { candidate, dress: isDressed(input, candidate), response } : undefined;
}

/** A table, view, materialized view or seed out of its whole query. */
function* buildWhole(input: BuildInput, candidate: Candidate): Plan<Built> {
	// dbt looks for the strategy on the first run too.
	const config = input.node.config.materialized === "incremental" ? readIncremental(input) : null;
	if (candidate.kind === "table") isPartitioned(input);
	const built = yield* create(input, candidate);
	if (config?.reprocesses === true) yield* checkGroupColumns(input, config, candidate.candidate);
	yield* indexCandidate(input, candidate);
	return built;
}

function build(input: BuildInput, candidate: Candidate): Plan<Built> {
	if (input.node.resource_type === "snapshot") return planSnapshot(input, candidate);
	return bringsRows(input) ? buildIncremental(input, candidate) : buildWhole(input, candidate);
}

/**
 * What a candidate that has its rows still needs; the end of the build's transaction.
 *
 * Post-hooks run before the candidate takes over its target's keys and indexes: an index that both a hook and the old
 * relation bring must be found there, not be made twice.
 */
export function* finishCandidate(
	input: BuildInput,
	{ candidate, response }: Pick<Built, "candidate" | "response">,
	batch?: Batch,
): Plan<void> {
	if (candidate.apply === undefined) {
		const self = candidate.candidate;
		if (input.postHooks === "candidate")
			yield* runHooks({ node: input.node, when: "post-hook", transaction: true, self, batch });
		if (isDressed(input, candidate)) yield* perform({ kind: "dress", candidate });
	}
	yield* pointAt(input, candidate);
	yield* perform({ kind: "stands", candidate, response });
}

/**
 * A model, seed or snapshot built aside. Everything from the first transactional pre-hook to the record that the candidate stands
 * is one transaction: a candidate that is listed is whole, and one that failed has left nothing.
 */
export function* planBuild(input: BuildInput): Plan<NodePlan> {
	const described = describeCandidate(input);
	if (input.own !== null) return yield* planOwn(input, described);
	const { node } = input;
	let built: Built | undefined;
	const untag = yield* tagQueries(input);
	yield* runHooks({ node, when: "pre-hook", transaction: false, self: null });
	// Repeated, it needs what hooks before it have set.
	const last = !node.config["pre-hook"].some((hook) => !hook.transaction);
	yield* perform({
		kind: "transaction",
		...(last ? { last } : {}),
		body: function* () {
			yield* runHooks({ node, when: "pre-hook", transaction: true, self: null });
			built = yield* build(input, described);
			yield* finishCandidate(input, built);
		},
	});
	yield* untag();
	if (built === undefined) throw new Error(`the transaction of ${node.unique_id} was answered without being run`);
	const { candidate, response, executedSql } = built;
	return { kind: "built", candidate, message: response._message ?? "", response, executedSql };
}
