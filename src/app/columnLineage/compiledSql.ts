import { setImmediate as turn } from "node:timers/promises";
import { type Compiler, createCompiler } from "../../compile/compiler.ts";
import { TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { ExecutableNode, ModelNode, NodeId, SnapshotNode, TestNode } from "../../core/node.ts";
import type { RelationName } from "../../core/relation.ts";
import type { JournalEntry } from "../../core/request.ts";
import { storedName } from "../../core/storedName.ts";
import { type Database, PUBLISHED, templatesAsk, withDatabase } from "../database.ts";
import type { OpenProject } from "../openProject.ts";

export type AnalysedNode = ModelNode | SnapshotNode;

/** What a template gave: SQL, or why there is none. */
export type Compiled =
	| {
			readonly sql: string;
			/** What an incremental model adds to the table that is there: another text, and no database is needed for it. */
			readonly incremental?: string;
	  }
	| {
			readonly reason: string;
			/** The database would have to be asked, and must not. */
			readonly asks?: true;
	  };

export const analysedNodes = ({ manifest }: OpenProject): readonly AnalysedNode[] =>
	[...manifest.nodes.values()].filter(isAnalysed);

export const isAnalysed = (node: ExecutableNode): node is AnalysedNode =>
	(node.resource_type === "model" || node.resource_type === "snapshot") && node.language === "sql";

export interface CompiledSql {
	readonly compiled: ReadonlyMap<NodeId, Compiled>;
	/** Whether templates asked the database: their SQL may be another one tomorrow. */
	readonly asked: boolean;
	/** Whether templates looked at `graph`: their SQL may hang on the text of any node. */
	readonly graphAsked: boolean;
}

/** So many are rendered before whatever else waits has its turn: an edit, where a command watches files. */
const AT_ONCE = 20;

/**
 * The SQL of models and snapshots as a full build runs it, under published names, and beside it what an incremental model
 * adds later; no database is asked what exists. A template that asks the database something else has it
 * opened, once; a template that fails is not the end of the others.
 */
export async function compiledSql(
	invocation: Invocation,
	project: OpenProject,
	nodes: readonly (AnalysedNode | TestNode)[],
): Promise<CompiledSql> {
	const { invocation: asked } = project.facts;
	const facts = {
		...project.facts,
		invocation: { ...asked, flags: { ...asked.flags, FULL_REFRESH: true, full_refresh: true } },
	};
	const found = new Map<NodeId, Compiled>();
	const waiting: NodeId[] = [];
	const compiler = createCompiler({ ...facts, manifest: project.manifest });
	for (const [i, { unique_id: id }] of nodes.entries()) {
		if (i % AT_ONCE === AT_ONCE - 1) await turn();
		const entries: JournalEntry[] = [];
		const journal = { entries, append: (entry: JournalEntry) => void entries.push(entry) };
		try {
			const outcome = compiler.compileNode(id, journal, PUBLISHED);
			if (outcome.kind === "suspended") waiting.push(id);
			else found.set(id, { sql: outcome.compiled.sql });
		} catch (error) {
			found.set(id, { reason: reasonOf(error) });
		}
	}
	const incremental = addIncrementalForms(project, nodes, found);
	const graphAsked = compiler.graphAsked || incremental.graphAsked;
	if (waiting.length === 0) return { compiled: found, asked: false, graphAsked };
	if (invocation.flags.extra.introspect === false) {
		for (const id of waiting)
			found.set(id, { reason: "its template asks the database, which --no-introspect forbids", asks: true });
		return { compiled: found, asked: false, graphAsked };
	}
	const renderRest = async (database: Database): Promise<void> => {
		for (const id of waiting) {
			const pass = database.render((journal) => database.compiler.compileNode(id, journal, PUBLISHED));
			found.set(
				id,
				await pass.then(
					({ compiled }) => ({ sql: compiled.sql }),
					(error: unknown) => ({ reason: reasonOf(error) }),
				),
			);
		}
	};
	try {
		await withDatabase(invocation, { ...project, facts }, renderRest, { asks: templatesAsk(waiting) });
	} catch (error) {
		const reason = `its template asks the database: ${reasonOf(error)}`;
		for (const id of waiting) if (!found.has(id)) found.set(id, { reason });
	}
	return { compiled: found, asked: true, graphAsked };
}

/**
 * Rendered as if the model's table were there and nothing else in its schema. A template that asks the database more than
 * that has no second form: what it would add is not known without the database.
 */
function addIncrementalForms(
	project: OpenProject,
	nodes: readonly (AnalysedNode | TestNode)[],
	found: Map<NodeId, Compiled>,
): Pick<Compiler, "graphAsked"> {
	if (!nodes.some(({ config }) => config.materialized === "incremental")) return { graphAsked: false };
	const { invocation: asked } = project.facts;
	const flags = { ...asked.flags, FULL_REFRESH: false, full_refresh: false };
	const facts = { ...project.facts, invocation: { ...asked, flags } };
	const compiler = createCompiler({ ...facts, manifest: project.manifest });
	for (const node of nodes) {
		const whole = found.get(node.unique_id);
		if (node.config.materialized !== "incremental" || whole === undefined || !("sql" in whole)) continue;
		const sql = incrementalForm(compiler, node, storedName(node, project.engine.dialect));
		if (sql !== null && sql !== whole.sql) found.set(node.unique_id, { ...whole, incremental: sql });
	}
	return compiler;
}

function incrementalForm(compiler: Compiler, node: AnalysedNode | TestNode, table: RelationName): string | null {
	const entries: JournalEntry[] = [];
	const journal = { entries, append: (entry: JournalEntry) => void entries.push(entry) };
	const answer = { kind: "relations", relations: [{ ...table, kind: "table" }] } as const;
	try {
		const first = compiler.compileNode(node.unique_id, journal, PUBLISHED);
		if (first.kind !== "suspended") return first.compiled.sql;
		const { request } = first;
		if (request.kind !== "relations" || request.schema !== table.schema) return null;
		entries.push({ kind: "exchange", request, answer });
		const second = compiler.compileNode(node.unique_id, journal, PUBLISHED);
		return second.kind === "suspended" ? null : second.compiled.sql;
	} catch (error) {
		reasonOf(error);
		return null;
	}
}

/** A mistake of the project or of its environment; anything else is a fault of tfm's own and goes on. */
function reasonOf(error: unknown): string {
	if (error instanceof TfmError) return error.diagnostics[0]?.message ?? error.message;
	throw error;
}
