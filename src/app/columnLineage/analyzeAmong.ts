/**
 * A few nodes analysed beside an earlier analysis of all (ADR 0028): what they read is known from that, and whether
 * anything else would come out differently is decided from what is known of them before and after.
 */
import type { Invocation } from "../../core/invocation.ts";
import type { ColumnRef, NodeLineage } from "../../core/lineage.ts";
import { type NodeId, nodeId } from "../../core/node.ts";
import type { StateLineage } from "../../core/projectState.ts";
import type { Analysis, KnownRelation } from "../../sql/analysis.ts";
import { type Analyst, createAnalyst } from "../../sql/analyst.ts";
import { type AnalysisMemory, analyzeGraph, type ModelSql } from "../../sql/analyzeGraph.ts";
import { describeLineage } from "../../sql/describeLineage.ts";
import type { OpenProject } from "../openProject.ts";
import { dialectOf, modelSql, relationName } from "./analyzeProject.ts";
import { type AnalysedNode, type Compiled, compiledSql, isAnalysed } from "./compiledSql.ts";
import { declaredAs } from "./declaredRelations.ts";
import { inlinedInputs, namesElsewhere, withNamedByHand } from "./namedByHand.ts";
import type { Surroundings } from "./surroundings.ts";

export interface AnalysedAmong {
	readonly compiled: ReadonlyMap<NodeId, Compiled>;
	/** Of the nodes asked for alone. */
	readonly lineage: ReadonlyMap<string, NodeLineage>;
	/** Nodes whose columns are others than before: who reads them has to be analysed, too. */
	readonly reshaped: ReadonlySet<string>;
	/** Nodes whose SQL cannot be read, where the analysis before stands in for them. */
	readonly unread: ReadonlySet<string>;
}

/** An analysis of all nodes. */
export interface EarlierAnalysis {
	/** Of what is no SQL, and of what the analysis did not hold: undefined. */
	readonly lineageOf: (id: string) => StateLineage | undefined;
	readonly surroundings: Surroundings;
	/** Sources and seeds, where they are known to be as they were; absent: they are looked at. */
	readonly declared?: ReadonlyMap<string, KnownRelation>;
	/** Null: a node whose SQL cannot be read has to be analysed with all others. */
	readonly unread: ReadonlySet<string> | null;
	/** The thread to ask; absent: one of its own. */
	readonly analyst?: Analyst;
}

/** Null: more than these nodes may come out differently, or one cannot be looked at alone; all have to be analysed. */
export async function analyzeAmong(
	invocation: Invocation,
	project: OpenProject,
	nodes: readonly AnalysedNode[],
	earlier: EarlierAnalysis,
): Promise<AnalysedAmong | null> {
	// A snapshot's table has columns beside its query's.
	if (nodes.some(({ resource_type: type }) => type === "snapshot")) return null;
	const { flags } = invocation;
	const offline = { ...invocation, flags: { ...flags, extra: { ...flags.extra, introspect: false } } };
	const { compiled, graphAsked, unsteady } = await compiledSql(offline, project, nodes);
	if (graphAsked || unsteady) return null;
	const texts = new Map<string, ModelSql>(
		nodes.map((node) => [node.unique_id, modelSql(node, project, compiled)] as const),
	);
	const inlined = inlinedInto(project, texts);
	const read = new Set([...texts.values()].flatMap(({ id, inputs }) => [...inputs, ...inlined.get(id)!]));
	const declared = await relationsRead(
		project,
		[...read].filter((id) => !texts.has(id)),
		earlier,
	);
	if (declared === null) return null;
	const dialect = dialectOf(project);
	const models = withNamedByHand(texts, declared, dialect);
	const job = { dialect, declared, models };
	if (namesElsewhere(job, earlier.surroundings.schemas)) return null;
	for (const { id, byHand = [] } of models.values())
		if (byHand.some((name) => !inlined.get(id)!.has(name))) return null;
	const analyses = await analysed(job, invocation.signal, earlier.analyst);
	const inputs = new Map(
		nodes.map(({ unique_id: id, depends_on: on }) => [id as string, [...on.nodes, ...(models.get(id)!.byHand ?? [])]]),
	);
	const nothing = new Map<string, never>();
	// What property files say of columns decides on nothing here: see `staysWithin`.
	const described = describeLineage({
		...{ declared, analyses, inputs, added: nothing },
		...{ facts: nothing, marks: nothing, writes: nothing },
	});
	const reshaped = new Set<string>();
	const unread = new Set<string>();
	for (const node of nodes) {
		const { unique_id: id } = node;
		const [was, now] = [earlier.lineageOf(id), described.get(id)];
		if (was === undefined || now === undefined) return null;
		if (!isWhole(was)) return null;
		if (earlier.unread !== null && now.status === "unparsed") {
			unread.add(id);
			continue;
		}
		if (!isWhole(now)) return null;
		// It names what it does not refer to: who names whom may be another thing now.
		const own = new Set([...models.get(id)!.inputs, ...inlined.get(id)!]);
		if (was.reads.some((name) => !own.has(name))) return null;
		const known = (name: string): boolean => earlier.lineageOf(name) !== undefined || declared.has(name);
		const open = (name: string): boolean => earlier.lineageOf(name)?.complete === false;
		if (!staysWithin({ node, was, now }, { project, known, open, surroundings: earlier.surroundings })) return null;
		// Its readers may have been analysed when it could not be read.
		if (shapeOf(was) !== shapeOf(now) || earlier.unread?.has(id)) reshaped.add(id);
	}
	return { compiled, lineage: new Map(nodes.map(({ unique_id: id }) => [id, described.get(id)!])), reshaped, unread };
}

/** All of its columns are known, each by one name: others can add nothing to what its own SQL says. */
const isWhole = ({ status, complete, columns }: Pick<NodeLineage, "status" | "complete"> & Columns): boolean =>
	(status === "ok" || status === "partial") &&
	complete &&
	new Set(columns.map(({ name }) => name)).size === columns.length;

interface Columns {
	readonly columns: StateLineage["columns"];
}

/** What its readers' analyses are told of it. */
const shapeOf = ({ columns }: Columns): string => JSON.stringify(columns.map(({ name, type }) => [name, type]));

interface Compared {
	readonly node: AnalysedNode;
	readonly was: StateLineage;
	readonly now: NodeLineage;
}

interface Around {
	readonly project: OpenProject;
	/** Whether it is a node whose columns are looked at. */
	readonly known: (id: string) => boolean;
	/** Whether it may have columns that are not listed. */
	readonly open: (id: string) => boolean;
	readonly surroundings: Surroundings;
}

/** Whether all that others have from the node beside the list of its columns is as it was. */
function staysWithin({ node, was, now }: Compared, { project, known, open, surroundings }: Around): boolean {
	// A column that is read from an open relation is added to it.
	const added = (lineage: StateLineage) =>
		JSON.stringify(refsOf(lineage).filter(({ node: id, column }) => column !== "*" && open(id)));
	if (added(was) !== added(now)) return false;
	// Where there is none, and nothing that could be some, none comes down to anybody.
	if (!surroundings.personal) return [...refsOf(now).map(({ node: id }) => id), ...now.reads].every(known);
	const layers = project.config.project.layering?.layers ?? [];
	if (layers.some(({ name, pii }) => name === node.layer && pii === "forbidden")) return false;
	const flows = ({ columns, reads }: StateLineage) =>
		JSON.stringify([columns.map(({ name, kind, confidence, upstream }) => [name, kind, confidence, upstream]), reads]);
	return flows(was) === flows(now);
}

const refsOf = ({ columns, indirect }: StateLineage): readonly ColumnRef[] => [
	...columns.flatMap(({ upstream }) => upstream),
	...indirect,
];

/** Of each model what the ephemeral models in its text read. */
function inlinedInto(
	project: OpenProject,
	models: ReadonlyMap<string, ModelSql>,
): ReadonlyMap<string, ReadonlySet<string>> {
	const notRendered = new Map<NodeId, Compiled>();
	const modelOf = (id: string): ModelSql | undefined => {
		const node = project.manifest.nodes.get(nodeId(id));
		return (
			models.get(id) ?? (node !== undefined && isAnalysed(node) ? modelSql(node, project, notRendered) : undefined)
		);
	};
	return new Map([...models.values()].map((model) => [model.id, inlinedInputs(model, modelOf)]));
}

/** The relations of these nodes, as analyses saw them; null: of one it is not known. */
async function relationsRead(
	project: OpenProject,
	ids: readonly string[],
	{ lineageOf, declared }: EarlierAnalysis,
): Promise<ReadonlyMap<string, KnownRelation> | null> {
	const found = new Map<string, KnownRelation>();
	for (const id of ids) {
		const same = declared?.get(id);
		const relations = same === undefined ? await declaredAs(project, dialectOf(project), nodeId(id)) : [same];
		for (const relation of relations) found.set(relation.id, relation);
		const node = project.manifest.nodes.get(nodeId(id));
		if (found.has(id) || node === undefined) continue;
		// What is no SQL has no lineage, and nothing is said of it.
		const lineage = lineageOf(id);
		if (lineage === undefined) continue;
		if (node.resource_type !== "model" || !isWhole(lineage)) return null;
		const columns = lineage.columns.map(({ name, type }) => (type === undefined ? { name } : { name, type }));
		found.set(id, { id, name: relationName(node, project), columns, open: false });
	}
	return found;
}

async function analysed(
	job: Parameters<typeof analyzeGraph>[0],
	signal: AbortSignal,
	own: Analyst | undefined,
): Promise<ReadonlyMap<string, Analysis>> {
	const answers = new Map<string, Analysis>();
	const memory: AnalysisMemory = { get: (key) => answers.get(key), set: (key, one) => void answers.set(key, one) };
	if (own !== undefined) return analyzeGraph(job, memory, (requests) => own.analyze(requests, signal));
	let analyst: Analyst | undefined;
	try {
		return await analyzeGraph(job, memory, (requests) => {
			analyst ??= createAnalyst({ threads: 1 });
			return analyst.analyze(requests, signal);
		});
	} finally {
		await analyst?.close();
	}
}
