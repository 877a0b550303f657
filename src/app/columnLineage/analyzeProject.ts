/** The project → its column lineage: SQL rendered, analysed in the order of the graph, described, written. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Invocation } from "../../core/invocation.ts";
import type { ColumnLineage, NodeLineage } from "../../core/lineage.ts";
import { type NodeId, nodeId, type TestNode } from "../../core/node.ts";
import { storedName } from "../../core/storedName.ts";
import { TFM_VERSION } from "../../core/version.ts";
import type { Analysis, KnownColumn, KnownRelation } from "../../sql/analysis.ts";
import { type AnalysisCache, openAnalysisCache } from "../../sql/analysisCache.ts";
import { type Analyst, createAnalyst } from "../../sql/analyst.ts";
import { type AnalysisJob, type AnalysisMemory, analyzeGraph, type ModelSql } from "../../sql/analyzeGraph.ts";
import { describeLineage } from "../../sql/describeLineage.ts";
import type { SqlDialectName } from "../../sql/sqlDialect.ts";
import type { OpenProject } from "../openProject.ts";
import { writeWhole } from "../writeWhole.ts";
import { columnFacts, markedNodes } from "./columnFacts.ts";
import { type AnalysedNode, analysedNodes, type Compiled, type CompiledSql, compiledSql } from "./compiledSql.ts";
import { declaredRelations, rejectsId } from "./declaredRelations.ts";
import { type HookWrites, hookWrites } from "./hookWrites.ts";
import { type WrittenLineage, writeLineage } from "./lineageDocument.ts";
import { nodeNames, withNamedByHand } from "./namedByHand.ts";
import { type Surroundings, surroundingsOf } from "./surroundings.ts";

export interface AnalysedProject {
	readonly lineage: ColumnLineage;
	/** The SQL that was looked at, for places in it. */
	readonly compiled: ReadonlyMap<NodeId, Compiled>;
	/** All of it follows from the project alone: no template asked the database or drew at random, no query took too long. */
	readonly repeatable: boolean;
	/** The document, where one was written. */
	readonly written: WrittenLineage | null;
	/** By which a few nodes can be analysed anew; null: all of them have to be. */
	readonly surroundings: Surroundings | null;
	/** Hooks may write into nodes, depending on the texts of nodes. */
	readonly hooksWrite: boolean;
	/** Sources and seeds. */
	readonly declared: ReadonlyMap<string, KnownRelation>;
	/** Templates looked at `graph`: their SQL may hang on the text of any node. */
	readonly graphAsked: boolean;
}

/** What a command that goes on keeps between two looks at all nodes. */
export interface KeptWork {
	/** SQL that is known to come out as it did. */
	readonly compiled: ReadonlyMap<NodeId, Compiled>;
	readonly answers: AnalysisMemory;
	readonly analyst: Analyst;
}

/** With `kept` nothing is read from the answers on disk, nor written to them. */
export async function analyzeProject(
	invocation: Invocation,
	project: OpenProject,
	kept?: KeptWork,
): Promise<AnalysedProject> {
	const nodes = analysedNodes(project);
	const { job, compiled, asked, graphAsked, unsteady } = await analysisJob(invocation, project, nodes, kept?.compiled);
	const { signal } = invocation;
	const analyses =
		kept === undefined
			? await analyzeWithCache(job, project, signal)
			: await analyzeGraph(job, kept.answers, (requests) => kept.analyst.analyze(requests, signal));
	const { described, hooks } = describe(project, nodes, job, analyses);
	const lineage: ColumnLineage = {
		metadata: {
			schema_version: "tfm.lineage.columns/1",
			tfm_version: TFM_VERSION,
			generated_at: invocation.clock().toISOString(),
			invocation_id: project.runId,
			dialect: job.dialect,
		},
		nodes: Object.fromEntries(described),
	};
	const written = invocation.flags.writeJson ? writeLineage(project, lineage) : null;
	const tooLong = [...analyses.values()].some(({ status }) => status === "timeout");
	const repeatable = !asked && !tooLong && !unsteady && !hooks.unsteady;
	const surroundings = graphAsked ? null : surroundingsOf(job, lineage.nodes);
	const hooksWrite = hooks.any;
	return { lineage, compiled, written, repeatable, surroundings, hooksWrite, declared: job.declared, graphAsked };
}

function describe(
	project: OpenProject,
	nodes: readonly (AnalysedNode | TestNode)[],
	{ dialect, declared, models }: AnalysisJob,
	analyses: ReadonlyMap<string, Analysis>,
): { readonly described: ReadonlyMap<string, NodeLineage>; readonly hooks: Omit<HookWrites, "writes"> } {
	const { writes, ...hooks } = hookWrites(project, nodeNames(models, declared, dialect));
	const described = describeLineage({
		declared,
		analyses,
		inputs: new Map(
			nodes.map(({ unique_id: id, depends_on: on }) => [id, [...on.nodes, ...(models.get(id)?.byHand ?? [])]]),
		),
		added: new Map([...models].map(([id, { added = [] }]) => [id, added])),
		facts: columnFacts(project, dialect),
		marks: markedNodes(project),
		writes,
	});
	return { described, hooks };
}

/**
 * The columns of a node as they are inferred from its SQL and what that reads, without a database. Empty where nothing
 * is known. For those who need one node's: nothing is kept and nothing written.
 */
export async function inferColumns(
	invocation: Invocation,
	project: OpenProject,
	id: NodeId,
): Promise<readonly KnownColumn[]> {
	const { job, analyses } = await analyzeAbove(invocation, project, id);
	return [...(analyses.get(id)?.columns ?? []), ...(job.models.get(id)?.added ?? [])];
}

/** The lineage of a node or a test and of all that it reads, for those who need one node's. */
export async function lineageAbove(
	invocation: Invocation,
	project: OpenProject,
	id: NodeId,
): Promise<ReadonlyMap<string, NodeLineage>> {
	const { nodes, job, analyses } = await analyzeAbove(invocation, project, id);
	return describe(project, nodes, job, analyses).described;
}

async function analyzeAbove(invocation: Invocation, project: OpenProject, id: NodeId) {
	const above = new Set([id]);
	for (const node of above) for (const parent of project.manifest.parents.get(node) ?? []) above.add(parent);
	const test = project.manifest.nodes.get(id);
	const nodes = [
		...analysedNodes(project).filter((node) => above.has(node.unique_id)),
		...(test?.resource_type === "test" ? [test] : []),
	];
	const { flags } = invocation;
	const offline = { ...invocation, flags: { ...flags, extra: { ...flags.extra, introspect: false } } };
	const { job } = await analysisJob(offline, project, nodes);
	const kept = keptAnswers(project);
	const known = { get: kept.get, set: () => undefined };
	let analyst: Analyst | undefined;
	try {
		const analyses = await analyzeGraph(job, known, (requests) => {
			analyst ??= createAnalyst({ threads: 1 });
			return analyst.analyze(requests, invocation.signal);
		});
		return { nodes, job, analyses };
	} finally {
		await analyst?.close();
	}
}

async function analysisJob(
	invocation: Invocation,
	project: OpenProject,
	nodes: readonly (AnalysedNode | TestNode)[],
	known: ReadonlyMap<NodeId, Compiled> = new Map(),
): Promise<CompiledSql & { readonly job: AnalysisJob }> {
	const dialect = dialectOf(project);
	const unknown = nodes.filter(({ unique_id: id }) => !known.has(id));
	const rendered = await compiledSql(invocation, project, unknown);
	const compiled = known.size === 0 ? rendered.compiled : new Map([...known, ...rendered.compiled]);
	const models = new Map(nodes.map((node) => [node.unique_id as string, modelSql(node, project, compiled)]));
	const declared = await declaredRelations(project, dialect);
	return {
		...rendered,
		compiled,
		job: { dialect, declared, models: withNamedByHand(models, declared, dialect) },
	};
}

/** The embedded database is a Postgres. */
export const dialectOf = ({ engine }: OpenProject): SqlDialectName =>
	engine.type === "snowflake" ? "snowflake" : "postgres";

const answersPath = ({ config }: OpenProject): string => join(config.targetDir, "analysis.tfm.json");

export function keptAnswers(project: OpenProject): AnalysisCache {
	const path = answersPath(project);
	return openAnalysisCache(existsSync(path) ? readFileSync(path, "utf8") : null);
}

/** Only where they are others than on disk. */
export function keepAnswers(project: OpenProject, cache: AnalysisCache): void {
	const text = cache.text();
	if (text !== null) writeWhole(answersPath(project), [text]);
}

/** The thread is started for the first question that was never asked before. */
async function analyzeWithCache(job: AnalysisJob, project: OpenProject, signal: AbortSignal) {
	const cache = keptAnswers(project);
	let analyst: Analyst | undefined;
	try {
		return await analyzeGraph(job, cache, (requests) => {
			analyst ??= createAnalyst();
			return analyst.analyze(requests, signal);
		});
	} finally {
		await analyst?.close();
		keepAnswers(project, cache);
	}
}

/** Database, schema and identifier; of an ephemeral model what its CTE is called, whose name is written bare. */
export function relationName(node: AnalysedNode | TestNode, { engine }: OpenProject): readonly string[] {
	if (node.config.materialized === "ephemeral") return [engine.dialect.fold(`__dbt__cte__${node.alias}`)];
	const { database, schema, identifier } = storedName(node, engine.dialect);
	return [database, schema, identifier];
}

export function modelSql(
	node: AnalysedNode | TestNode,
	project: OpenProject,
	compiled: ReadonlyMap<NodeId, Compiled>,
): ModelSql {
	const found = compiled.get(node.unique_id) ?? { reason: "it was not rendered" };
	const ephemeral = node.config.materialized === "ephemeral";
	const later = "sql" in found ? found.incremental : undefined;
	const takesIn = ["append_new_columns", "sync_all_columns"].includes(String(node.config.on_schema_change));
	return {
		id: node.unique_id,
		name: relationName(node, project),
		...("sql" in found ? { sql: found.sql } : { sql: null, reason: found.reason }),
		...(later === undefined ? {} : { incremental: { sql: later, added: takesIn ? "taken" : "left" } as const }),
		inputs: [...inputsOf(node, project), ...(ephemeral ? [] : [node.unique_id])],
		...(node.resource_type === "snapshot" ? { added: snapshotColumns(node) } : {}),
	};
}

/** What a node reads, and what the ephemeral models among it read: their text stands in front of the node's. */
function inputsOf(node: AnalysedNode | TestNode, { manifest }: OpenProject): readonly NodeId[] {
	const found = new Set<NodeId>();
	const waiting = [...node.depends_on.nodes];
	for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
		if (found.has(id)) continue;
		found.add(id);
		const input = manifest.nodes.get(id);
		if (input?.config.materialized !== "ephemeral") continue;
		for (const inner of input.depends_on.nodes)
			if (manifest.nodes.get(inner)?.config.materialized === "ephemeral") waiting.push(inner);
	}
	const rejects = [...found].flatMap((id) => (manifest.sources.get(id)?.load == null ? [] : [nodeId(rejectsId(id))]));
	return [...found, ...rejects].sort();
}

/** Columns that a snapshot adds to those of its query, under the project's names for them, and what they are made from. */
function snapshotColumns({ config }: AnalysedNode): readonly KnownColumn[] {
	const renamed = config.snapshot_meta_column_names;
	const names = typeof renamed === "object" && renamed !== null ? (renamed as Record<string, unknown>) : {};
	const column = (name: string, from: readonly string[], type?: string): KnownColumn => {
		const written = names[name];
		return { name: typeof written === "string" ? written : name, ...(type === undefined ? {} : { type }), from };
	};
	const key = [config.unique_key].flat().filter((one): one is string => typeof one === "string");
	const at = typeof config.updated_at === "string" ? [config.updated_at] : [];
	return [
		column("dbt_scd_id", [...key, ...at], "text"),
		column("dbt_updated_at", at),
		column("dbt_valid_from", at),
		column("dbt_valid_to", at),
		...(config.hard_deletes === "new_record" ? [column("dbt_is_deleted", [], "text")] : []),
	];
}
