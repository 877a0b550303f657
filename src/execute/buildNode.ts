/**
 * One model, seed or snapshot, from its template to a candidate that stands: compile (suspend and replay on the pinned
 * session), describe, reuse or build in one transaction with the record of it. Where no gate stands, publish at once.
 */
import type { BoundStatement, Candidate, Session } from "../core/adapter.ts";
import { batchOf } from "../core/batches.ts";
import type { Binding, CompiledNode } from "../core/compiler.ts";
import { TfmError } from "../core/diagnostic.ts";
import type { Batch } from "../core/eventTime.ts";
import type { AdapterResponse, BuildableNode, BuildInput } from "../core/plan.ts";
import { relationKey } from "../core/relation.ts";
import { relationAt } from "../core/relationAt.ts";
import { readReprocessBy } from "../core/reprocessBy.ts";
import type { NodeResult } from "../core/result.ts";
import { batchFacts, lastBatchOf } from "./batchFacts.ts";
import type { Query } from "./builds.ts";
import { codeHash } from "./codeHash.ts";
import { drivePlan } from "./drivePlan.ts";
import { driveTemplate, emitMessages } from "./driveTemplate.ts";
import { dueBatches, isMicrobatch } from "./dueBatches.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import { failedModel, failureMessage } from "./failureMessage.ts";
import { worksInPlace } from "./inPlace.ts";
import { nameProblem } from "./nameProblem.ts";
import { nodeResult, type ResultFacts, startStopwatch } from "./nodeResult.ts";
import { publishAtOnce } from "./publishAtOnce.ts";
import { recordInPlace } from "./recordInPlace.ts";
import { repeatBuild } from "./repeatable.ts";
import { dropReusable } from "./reuse.ts";
import { bindingOf, pointerPlaces, type Run, type Standing, targetOf, targetsOf } from "./run.ts";
import { sessionOf } from "./sessionOf.ts";
import { settle } from "./settle.ts";
import { databaseErrorOf } from "./statement.ts";
import { wasStopped } from "./stopped.ts";
import { tellStrayTypes } from "./tellStrayTypes.ts";

/** What is known of the node so far, for its result should it fail. */
interface Progress {
	compiledSql: string | null;
	ctes: CompiledNode["ctes"];
	macros: CompiledNode["macros"];
	overloads: CompiledNode["overloads"];
	executedSql: string | null;
}

/** True: published right after its build, whatever the layer's gate says. */
const isDirect = (run: Run, node: BuildableNode): boolean => !run.gated || node.config.publish === "direct";

/** `whole`: as if all of it were built anew. */
async function compile(
	run: Run,
	session: Session,
	node: BuildableNode,
	{ batch, whole = false }: { readonly batch?: Batch; readonly whole?: boolean } = {},
): Promise<CompiledNode | null> {
	if (node.resource_type === "seed") return null;
	const drive = { run, session, node: node.unique_id, inTransaction: false };
	// The body of a function outlives the run's candidates.
	const bound = node.resource_type === "function" ? PUBLISHED : bindingOf(run, null, batch);
	const binding = whole ? { ...bound, whole } : bound;
	const { compiled } = await driveTemplate(drive, (journal) =>
		run.ports.compiler.compileNode(node.unique_id, journal, binding),
	);
	emitMessages(run, node.unique_id, compiled.messages);
	return compiled;
}

const PUBLISHED: Binding = { relationOf: () => undefined };

/** Materializations whose build depends on what stands under the published name. */
const LOOKS = new Set(["incremental", "materialized_view", "snapshot"]);

/**
 * What stands under the published name, and whether all is to be built anew. The macro says so to is_incremental() too:
 * a template that selects only new rows and a build that takes them for all of them would lose the others.
 */
async function groundOf(
	run: Run,
	session: Session,
	node: BuildableNode,
): Promise<Pick<BuildInput, "existing" | "fullRefresh">> {
	if (!LOOKS.has(node.config.materialized)) return { existing: null, fullRefresh: run.job.flags.fullRefresh };
	const existing = (await relationAt(session, targetOf(run, node)))?.kind ?? null;
	const drive = { run, session, node: node.unique_id, inTransaction: false };
	const call = { macro: "should_full_refresh", positional: [], keyword: {}, node: node.unique_id };
	const { value } = await driveTemplate(drive, (journal) =>
		run.ports.compiler.renderMacro(call, journal, bindingOf(run)),
	);
	return { existing, fullRefresh: value === true };
}

function buildInput(
	run: Run,
	node: BuildableNode,
	sql: string | null,
	ground: Pick<BuildInput, "existing" | "fullRefresh" | "microbatch" | "overloads">,
): BuildInput {
	const { adapter, compiler } = run.ports;
	const target = targetOf(run, node);
	const own = compiler.materializationOf(node.unique_id);
	return {
		kind: "build",
		node,
		sql,
		publishedSql: sql === null ? null : run.toPublished(sql),
		target,
		standsAt: adapter.publisher.candidateOf(run.job.manifest.projectName, target),
		pointer: pointerPlaces(run, node),
		// dbt runs them on the target, in the transaction that replaces it; a layer's gate wants them on what it tests.
		postHooks: run.job.layering === null ? "published" : "candidate",
		isOverridden: (macro) => compiler.isOverridden(macro),
		publishMethod: run.job.layering?.publishMethod ?? "swap",
		...ground,
		dialect: adapter.dialect,
		mergeStatement: adapter.capabilities.mergeStatement,
		engine: adapter.facts.version,
		own: own === null ? null : { ...own, inPlace: worksInPlace(run, node) },
	};
}

/** Those that the run which is retried has created are left alone (dbt). */
function dueOverloads(run: Run, node: BuildableNode, bodies: CompiledNode["overloads"]): Pick<BuildInput, "overloads"> {
	if (node.resource_type !== "function" || bodies === undefined) return {};
	const done = run.job.overloadsDone?.get(node.unique_id) ?? [];
	return { overloads: bodies.map((body, i) => (done.includes(node.overloads[i]?.defined_in ?? "") ? null : body)) };
}

/**
 * `--event-time-start` and `--event-time-end` for a model that is reprocessed by groups: the rows of this span, rather
 * than those that its own condition finds new, say which groups are touched. Other incremental models pass over it (dbt).
 */
function touchedWindow(run: Run, node: BuildableNode): Batch | null {
	const { asked } = run.job.microbatch;
	const groups = node.config.materialized === "incremental" ? readReprocessBy(node.config) : null;
	return asked === null || groups === null || typeof groups === "string" ? null : batchOf(asked, "day");
}

/** Those whose new rows come into the table that stands. */
const GROWS = new Set(["incremental", "snapshot"]);

/** `--changed`: neither built nor published anew. */
function leftAsItIs(run: Run, node: BuildableNode): Built {
	const builtBy = run.builds.builtBy(node.unique_id);
	const reused = builtBy === undefined ? {} : { reused: builtBy };
	return { standing: null, left: true, facts: { status: "reused", message: "unchanged", ...reused } };
}

interface Built {
	/** Null: nothing that could be published, and `facts` say why. */
	readonly standing: Standing | null;
	/** True: it is as it was built last (`--changed`). */
	readonly left?: boolean;
	readonly facts: ResultFacts;
}

/** What, beside its text, decides which way a node is built: an incremental model's text may be the same both times. */
const modeOf = (input: BuildInput, candidate: Candidate): string => {
	const pointer = input.pointer === null ? "" : `, pointed at by ${input.pointer.target.identifier}`;
	if (input.own !== null) return `${candidate.kind} by ${input.own.macro}${pointer}`;
	if (!LOOKS.has(input.node.config.materialized)) return `${candidate.kind}${pointer}`;
	const groups = readReprocessBy(input.node.config);
	const by = groups === null ? "" : `, by ${typeof groups === "string" ? groups : groups.columns.join(", ")}`;
	return `${candidate.kind}${pointer} over ${input.existing ?? "nothing"}${input.fullRefresh ? ", refreshed" : ""}${by}`;
};

/** After the template, before anything is made (dbt). */
function checkName(run: Run, node: BuildableNode): void {
	const problem = nameProblem(node, run.ports.adapter.dialect);
	if (problem !== null) throw new TfmError(problem);
}

async function reuseOrBuild(
	run: Run,
	session: Session,
	input: BuildInput,
	seedHash: string | null,
	progress: Progress,
): Promise<Built> {
	const { node } = input;
	const { job, ports } = run;
	const candidate = ports.describeCandidate(input);
	const text = input.publishedSql ?? "";
	const isQuery = node.language === "sql" && node.resource_type !== "function";
	const code = codeHash(node, seedHash ?? (isQuery ? ports.queryAsRead(text) : text), modeOf(input, candidate));
	const batches = input.microbatch?.batches ?? [];
	const query: Query = {
		node,
		sql: node.resource_type === "seed" ? "" : (input.publishedSql ?? ""),
		// New rows stand aside as a view of the table that they will make.
		kind: GROWS.has(node.config.materialized) ? "table" : candidate.kind,
		mode: modeOf(input, candidate),
		more: (input.overloads ?? []).map((text) => text ?? ""),
		inBatches: input.microbatch?.keepsPart === true,
	};
	const build = await run.builds.describe(query, session);
	const why = job.flags.changed === true ? run.builds.whyDue(query, code, build, targetsOf(run, node)) : undefined;
	if (why === null && node.resource_type !== "function") return leftAsItIs(run, node);
	const because = why == null ? {} : { why };
	const inputs = run.gated ? await run.identities.inputsHash(node.unique_id, session) : "";
	const standing = (stands: Candidate, builtBy: string, lastBatch: Standing["lastBatch"] | null = null): Standing => ({
		candidate: stands,
		codeHash: code,
		inputsHash: inputs,
		builtBy,
		seedHash,
		build,
		...(lastBatch === null ? {} : { lastBatch }),
	});

	const row = run.reusable.get(node.unique_id);
	if (row !== undefined) {
		const same = row.codeHash === code && row.inputsHash === inputs;
		if (same && relationKey(row.candidate) === relationKey(candidate.candidate)) {
			const { kind, apply } = row;
			const response = JSON.parse(row.response) as AdapterResponse;
			const message = `${response._message ?? ""} (candidate of run ${row.runId})`.trim();
			const last = batches.at(-1);
			return {
				standing: standing(
					{ ...candidate, kind, ...(apply === undefined ? {} : { apply }) },
					row.runId,
					lastBatchOf(last, false),
				),
				facts: {
					status: "success",
					message,
					adapter_response: last === undefined ? response : {},
					reused: row.runId,
					...because,
					...(last === undefined ? {} : { batch_results: { successful: batches, failed: [] } }),
				},
			};
		}
		await dropReusable(run, session, node.unique_id);
	}

	const records = !isDirect(run, node);
	const record = (stands: Candidate, response: AdapterResponse): readonly BoundStatement[] =>
		!records
			? []
			: ports.state.saveCandidate({
					project: job.manifest.projectName,
					runId: job.runId,
					node: node.unique_id,
					candidate: stands.candidate,
					target: stands.target,
					kind: stands.kind,
					codeHash: code,
					inputsHash: inputs,
					response: JSON.stringify(response),
					...(stands.apply === undefined ? {} : { apply: stands.apply }),
				});
	const seed = node.resource_type === "seed" ? node : null;
	const drive = { run, session, node: node.unique_id, seed, record, records, inTransaction: false };
	const plan = await drivePlan(drive, ports.planNode(input));
	if (plan.kind === "batchesFailed") return { standing: null, facts: batchFacts(run, node, plan.batches) };
	if (plan.kind !== "built") throw new Error(`the plan of ${node.unique_id} ended as "${plan.kind}"`);
	progress.executedSql = plan.executedSql;
	if (plan.batches !== undefined) {
		const { last, lastFailed } = plan.batches;
		const facts = { ...batchFacts(run, node, plan.batches), ...because };
		const stands = standing(plan.candidate, job.runId, lastBatchOf(last, lastFailed));
		const { build: made, ...rest } = stands;
		// Batches that failed are missing in it.
		return { standing: facts.status === "success" && made !== undefined ? stands : rest, facts };
	}
	const { message, response, overloads } = plan;
	const failed = overloads !== undefined && overloads.problem !== null;
	return {
		standing: standing(plan.candidate, job.runId),
		facts: {
			...(failed
				? { status: "partial success", message: `PARTIAL SUCCESS ${node.name}`, diagnostic: overloads.problem }
				: { status: "success", message }),
			adapter_response: response,
			...because,
			...(overloads === undefined ? {} : { overload_results: overloads.results }),
		},
	};
}

/**
 * Batches are compiled while they are built. Where a candidate may be used again, the first one is compiled before: its
 * text and the windows say whether it is the same candidate.
 */
async function microbatchInput(run: Run, session: Session, node: BuildableNode): Promise<BuildInput> {
	const ground = await groundOf(run, session, node);
	const batches = dueBatches(run, node, ground, isDirect(run, node));
	const microbatch = {
		batches,
		readsThis: run.ports.compiler.readsThis(node.unique_id),
		keepsPart: isDirect(run, node),
	};
	const input = buildInput(run, node, null, { ...ground, microbatch });
	const first = isDirect(run, node) ? undefined : batches[0];
	const text = first === undefined ? node.raw_code : ((await compile(run, session, node, { batch: first }))?.sql ?? "");
	return { ...input, publishedSql: [run.toPublished(text), ...batches.map((batch) => batch.id)].join("\0") };
}

/** An unchanged seed whose table is there: nothing to do. */
async function unchangedSeed(
	run: Run,
	node: BuildableNode,
): Promise<{ hash: string | null; unchanged: boolean; own: boolean }> {
	if (node.resource_type !== "seed") return { hash: null, unchanged: false, own: false };
	const hash = await run.ports.seed.hash(node);
	// What a materialization of the project's own makes of the file nobody knows: it runs each time, as in dbt.
	const own = run.ports.compiler.materializationOf(node.unique_id);
	if (own !== null) return { hash: `${hash} ${own.macro}`, unchanged: false, own: true };
	const same = run.seedHashes.get(node.unique_id) === hash && run.seedsThere.has(node.unique_id);
	// The config wins over the flag, both ways, as for every other node (should_full_refresh).
	const asked = node.config.full_refresh;
	const refresh = typeof asked === "boolean" ? asked : run.job.flags.fullRefresh;
	return { hash, unchanged: same && !refresh, own: false };
}

function textFacts(progress: Progress): Partial<NodeResult> {
	return {
		compiled: progress.compiledSql !== null,
		compiled_code: progress.compiledSql,
		...(progress.ctes.length === 0 ? {} : { extra_ctes: progress.ctes }),
		...(progress.macros.length === 0 ? {} : { macros: progress.macros }),
		...(progress.overloads === undefined ? {} : { overloads: progress.overloads }),
		executed_code: progress.executedSql,
	};
}

async function work(run: Run, node: BuildableNode, thread: string, progress: Progress): Promise<void> {
	const watch = startStopwatch(run.ports.clock);
	const id = node.unique_id;
	const seed = await unchangedSeed(run, node);
	if (node.resource_type === "seed" && !seed.own) await tellStrayTypes(run, node);
	if (seed.unchanged) {
		settle(
			run,
			nodeResult(node, {
				status: "no-op",
				message: "unchanged",
				published: "kept",
				thread_id: thread,
				...watch.read(),
			}),
		);
		return;
	}
	const build = async (session: Session): Promise<Built> => {
		if (isMicrobatch(run, node)) {
			watch.compiled();
			checkName(run, node);
			return reuseOrBuild(run, session, await microbatchInput(run, session, node), null, progress);
		}
		const asked = touchedWindow(run, node);
		const before = asked === null ? null : await groundOf(run, session, node);
		const touched = before?.existing === "table" && !before.fullRefresh && asked !== null;
		const compiled = await compile(run, session, node, touched ? { batch: asked, whole: true } : {});
		const sql = compiled?.sql ?? null;
		progress.compiledSql = sql === null ? null : run.toPublished(sql);
		progress.ctes = (compiled?.ctes ?? []).map((cte) => ({ ...cte, sql: run.toPublished(cte.sql) }));
		progress.macros = compiled?.macros ?? [];
		watch.compiled();
		progress.overloads = compiled?.overloads;
		checkName(run, node);
		const ground = {
			...(before ?? (await groundOf(run, session, node))),
			...dueOverloads(run, node, compiled?.overloads),
		};
		const input = buildInput(run, node, sql, ground);
		return reuseOrBuild(run, session, input, seed.hash, progress);
	};
	const built = await repeatBuild(run, node, () => run.ports.adapter.withSession(build, sessionOf(run, node)));
	const result = nodeResult(node, { ...built.facts, ...watch.read(), ...textFacts(progress), thread_id: thread });
	if (built.left === true) {
		settle(run, { ...result, published: run.job.layering === null ? null : "kept" });
		return;
	}
	if (built.standing !== null) run.builds.stands(id, built.standing.build ?? null, seed.hash);
	if (built.standing !== null && worksInPlace(run, node)) {
		await recordInPlace(run, node, built.standing);
		settle(run, { ...result, published: run.job.layering === null ? null : "direct" });
		return;
	}
	if (built.standing !== null && isDirect(run, node)) {
		await publishAtOnce(run, node, built.standing, result);
		return;
	}
	if (built.standing !== null) run.standing.set(id, built.standing);
	settle(run, result);
}

/** Never rejects: a failure is a result. A node stopped in the middle gets none here; the end of the run names the reason. */
export async function buildNode(run: Run, node: BuildableNode, slot: number): Promise<void> {
	const { clock, emit } = run.ports;
	const thread = `Thread-${slot + 1}`;
	const started = startStopwatch(clock);
	const progress: Progress = { compiledSql: null, ctes: [], macros: [], overloads: undefined, executedSql: null };
	emit({
		event: "node.started",
		node_id: node.unique_id,
		name: node.name,
		resource_type: node.resource_type,
		layer: node.layer,
		materialized: node.config.materialized,
		thread,
	});
	try {
		await work(run, node, thread, progress);
	} catch (error) {
		const refused = databaseErrorOf(error);
		if (wasStopped(run, error)) return;
		const diagnostic = failureDiagnostic(run, node, error);
		progress.executedSql ??= refused?.sql ?? null;
		const { execution_time, timing } = started.read();
		settle(
			run,
			nodeResult(node, {
				status: "error",
				message: failureMessage(run, node, error, diagnostic),
				diagnostic,
				...failedModel(run, error),
				execution_time,
				timing,
				thread_id: thread,
				...textFacts(progress),
			}),
		);
	}
}
