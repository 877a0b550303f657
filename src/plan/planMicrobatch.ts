/**
 * A microbatch model: the query is compiled and built once for each window of time, in order, each batch in a transaction
 * of its own. A batch that fails leaves nothing, and the others go on; where the first one fails the others are skipped
 * (dbt). Batches go into one table, in one of these ways (ADR 0021):
 *
 *   whole  nothing stands, or a full refresh: the first batch makes the candidate, the others are merged into it
 *   delta  the table stands: batches are merged into one delta, which the audit sees and the publish merges
 *   copy   what the merge does cannot be foretold, or the query reads `this`: batches are merged into a copy
 *   groups batches only say which groups are touched; those are computed at the end, each once
 */
import type { Candidate } from "../core/adapter.ts";
import { type Diagnostic, fail } from "../core/diagnostic.ts";
import type { Batch } from "../core/eventTime.ts";
import type { BatchesDone, BuildInput, NodePlan, Plan } from "../core/plan.ts";
import type { RelationName } from "../core/relation.ts";
import { batchSql, execute, perform, runBatch } from "./ask.ts";
import { auditDelta, bringGroups, copyTarget, hooksAfterwards, needsCopy } from "./buildIncremental.ts";
import { createFromQuery } from "./createFromQuery.ts";
import { batchDeltaOf, createDelta, deltaOf, fitDelta, keysOf } from "./delta.ts";
import { bringsRows, describeCandidate } from "./describeCandidate.ts";
import { checkMergeKeys } from "./duplicateKeys.ts";
import { type IncrementalConfig, readIncremental, warnOfSchemaChange } from "./incrementalConfig.ts";
import { bringInto, strategySql, type Work, workOn } from "./incrementalWork.ts";
import { finishCandidate } from "./planBuild.ts";
import { dropKeys, gatherKeys, groupsOf, groupsSql } from "./reprocess.ts";
import { runHooks } from "./runHooks.ts";
import { createIndexes } from "./tableConfig.ts";
import { tagQueries } from "./tagQueries.ts";

/** How batches become one candidate. */
interface Way {
	/** What `this` is in the next batch's query; null: the published relation. */
	readonly self: RelationName | null;
	/** Inside the batch's transaction; the way onward counts only when that has committed. */
	readonly add: (sql: string) => Plan<Way>;
	/** The candidate, when no more batches come. */
	readonly finish: (hooks: () => Plan<readonly string[]>) => Plan<Candidate>;
}

/** Batches merged into a table that nobody reads yet. */
function intoTable(input: BuildInput, config: IncrementalConfig, candidate: Candidate): Way {
	const into = candidate.candidate;
	const way: Way = {
		self: into,
		*add(sql) {
			const delta = deltaOf(input.standsAt);
			yield* createDelta(input, delta, sql);
			yield* bringInto(yield* workOn(input, config, { delta, into }), into);
			return way;
		},
		// biome-ignore lint/correctness/useYield: the other ways ask for something here
		*finish() {
			return candidate;
		},
	};
	return way;
}

/**
 * Batches that only say which groups of rows they touch: each group is computed once, when the last one has spoken
 * (`reprocess_by`).
 */
function overGroups(input: BuildInput, config: IncrementalConfig, candidate: Candidate): Way {
	const gathering = (first: boolean): Way => ({
		self: null,
		*add(sql) {
			yield* gatherKeys(input, config, { sql, first });
			return gathering(false);
		},
		*finish(hooks) {
			if (bringsRows(input)) return (yield* bringGroups(input, config, { candidate, hooks })).candidate;
			yield* createFromQuery(input, candidate, yield* groupsSql(yield* groupsOf(input, config)));
			yield* createIndexes(input, candidate.candidate);
			yield* dropKeys(input);
			return candidate;
		},
	});
	return gathering(true);
}

/** The first batch makes the table. */
const fromNothing = (input: BuildInput, config: IncrementalConfig, candidate: Candidate): Way => ({
	self: null,
	*add(sql) {
		yield* createFromQuery(input, candidate, sql);
		yield* createIndexes(input, candidate.candidate);
		return intoTable(input, config, candidate);
	},
	finish: nothingBuilt,
});

const overCopy = (input: BuildInput, config: IncrementalConfig, candidate: Candidate): Way => ({
	self: null,
	*add(sql) {
		yield* copyTarget(input, candidate.candidate);
		const way = yield* intoTable(input, config, { ...candidate, kind: "table" }).add(sql);
		yield* createIndexes(input, candidate.candidate);
		return way;
	},
	finish: nothingBuilt,
});

/** The first batch makes the delta; where it shows that the table must be copied, the copy is made then. */
const overDelta = (input: BuildInput, config: IncrementalConfig, candidate: Candidate): Way => ({
	self: null,
	*add(sql) {
		const delta = deltaOf(input.standsAt);
		yield* createDelta(input, delta, sql);
		const work = yield* workOn(input, config, { delta, into: input.target });
		if (needsCopy(work)) {
			yield* copyTarget(input, candidate.candidate);
			yield* bringInto(work, candidate.candidate);
			yield* createIndexes(input, candidate.candidate);
			return intoTable(input, config, { ...candidate, kind: "table" });
		}
		const { columns, shape } = work;
		yield* fitDelta(input, { relation: delta, columns, wanted: shape.columns, key: config.key });
		yield* checkMergeKeys({ input, config, delta });
		return intoDelta(work, candidate);
	},
	finish: nothingBuilt,
});

/**
 * Merging a batch into the delta, and the delta into the table, gives the rows that merging each batch into the table
 * gives: the merge matches by key alone, and what a batch updates is what the last one of its key says.
 */
function intoDelta(work: Work, candidate: Candidate): Way {
	const { input, config, delta } = work;
	const way: Way = {
		self: null,
		*add(sql) {
			const batch = batchDeltaOf(input.standsAt);
			yield* createDelta(input, batch, sql);
			const fresh = yield* workOn(input, config, { delta: batch, into: input.target });
			const names = (of: Work) => JSON.stringify(of.shape.inserted.map((c) => c.name));
			if (names(fresh) !== names(work)) fail("TFM-INC-014", { node: input.node.name }, { at: input.node.location });
			yield* checkMergeKeys({ input, config, delta: batch });
			yield* execute(yield* strategySql({ ...work, delta: batch }, delta, null), "build");
			yield* execute(`drop table ${input.dialect.building.nameOf(batch)}`, "batch");
			return way;
		},
		*finish(hooks) {
			const { analyze, nameOf } = input.dialect.building;
			for (const sql of analyze(nameOf(delta))) yield* execute(sql, "fit new rows");
			return yield* auditDelta(work, candidate, yield* hooks());
		},
	};
	return way;
}

function nothingBuilt(): never {
	throw new Error("a microbatch model without a batch has no candidate");
}

/** Whether the deltas of several batches cannot stand for merging them one after the other. */
const oneByOne = ({ microbatch }: BuildInput, config: IncrementalConfig): boolean =>
	config.strategy !== "merge" || config.predicates.length > 0 || microbatch?.readsThis === true;

function firstWay(input: BuildInput, config: IncrementalConfig, candidate: Candidate): Way {
	if (config.reprocesses) return overGroups(input, config, candidate);
	if (!bringsRows(input)) return fromNothing(input, config, candidate);
	return (oneByOne(input, config) ? overCopy : overDelta)(input, config, candidate);
}

/** What dbt says of a model's batches. */
export function batchesMessage({ successful, failed }: Pick<BatchesDone, "successful" | "failed">): string {
	if (failed.length === 0) return "SUCCESS";
	if (successful.length === 0) return "ERROR";
	return `PARTIAL SUCCESS (${successful.length}/${successful.length + failed.length})`;
}

/** Batches in their order; pre-hooks in the transaction of the first. Throws TFM-INC-001, 002, 011 and 013 before any. */
export function* planMicrobatch(
	input: BuildInput,
	{ batches, keepsPart }: NonNullable<BuildInput["microbatch"]>,
): Plan<NodePlan> {
	const described = describeCandidate(input);
	const { node } = input;
	const config = readIncremental(input);
	yield* warnOfSchemaChange(input);
	let way = firstWay(input, config, described);
	const successful: Batch[] = [];
	const failed: Batch[] = [];
	let problem: Diagnostic | null = null;
	let firstFailed = false;

	const untag = yield* tagQueries(input);
	yield* runHooks({ node, when: "pre-hook", transaction: false, self: null, batch: batches[0] });
	for (const [i, batch] of batches.entries()) {
		const skipped = i > 0 && firstFailed;
		let next = way;
		const body = function* (): Plan<void> {
			if (i === 0) yield* runHooks({ node, when: "pre-hook", transaction: true, self: null });
			next = yield* way.add(yield* batchSql(way.self));
		};
		const failure = yield* runBatch({ batch, position: i + 1, total: batches.length, body: skipped ? null : body });
		if (failure === null && !skipped) {
			successful.push(batch);
			way = next;
		} else {
			failed.push(batch);
			problem ??= failure;
			firstFailed ||= i === 0;
		}
	}
	yield* untag();
	const last = batches[batches.length - 1]!;
	const done: BatchesDone = { successful, failed, problem, last, lastFailed: failed.includes(last) };
	if (successful.length === 0) return { kind: "batchesFailed", batches: done };
	if (failed.length > 0 && !keepsPart) {
		const leftovers = [described.candidate, (config.reprocesses ? keysOf : deltaOf)(input.standsAt)];
		const { dropTables, nameOf } = input.dialect.building;
		yield* execute(dropTables(leftovers.map(nameOf)), "batch");
		return { kind: "batchesFailed", batches: done };
	}

	const hooked = done.lastFailed ? { ...input, postHooks: "none" as const } : input;
	const response = { _message: batchesMessage(done) };
	let candidate = described;
	yield* perform({
		kind: "transaction",
		body: function* () {
			candidate = yield* way.finish(() => hooksAfterwards(hooked, last));
			yield* finishCandidate(hooked, { candidate, response }, last);
		},
	});
	return { kind: "built", candidate, message: response._message, response: {}, executedSql: null, batches: done };
}
