/** What `tfm check` would say of an edit, told beside the SQL that `tfm compile --watch` writes of it. */
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import type { GraphNode, NodeId } from "../core/node.ts";
import { sortDiagnostics } from "../core/sortDiagnostics.ts";
import { CHECKED } from "./check.ts";
import { checkFindings } from "./checkFindings.ts";
import { isAnalysed } from "./columnLineage/compiledSql.ts";
import { type KeptAnalysis, keepAnalysis, type Looked } from "./columnLineage/keepAnalysis.ts";
import type { OpenProject } from "./openProject.ts";
import { boxedFindings } from "./ruleFindings.ts";

export interface Told {
	/** Of what was edited, and of what says something else since; in reading order. */
	readonly diagnostics: readonly Diagnostic[];
	/** How many nodes were looked at for that. */
	readonly looked: number;
	/** Findings of all others. */
	readonly elsewhere: number;
}

export interface EditFindings {
	/** `edited`: see KeptAnalysis; null the first time: what is found is all elsewhere. Throws TfmError. */
	find(project: OpenProject, edited: readonly NodeId[] | null): Promise<Told>;
	close(): Promise<void>;
}

/** Findings of all nodes, kept from edit to edit. Rules of the project's own are not run. */
export function findAfterEdits(invocation: Invocation, kept: KeptAnalysis = keepAnalysis(invocation)): EditFindings {
	let before: OpenProject | null = null;
	let found = new Map<string, readonly Diagnostic[]>();
	return {
		async find(project, edited) {
			const looked = await kept.look(project, edited);
			const now = findingsBy(project, looked);
			const changed = new Set<string>(edited ?? editedSince(before, project));
			for (const [id, diagnostics] of now)
				if (before !== null && JSON.stringify(found.get(id) ?? []) !== JSON.stringify(diagnostics)) changed.add(id);
			if (looked.models === null) found = now;
			else for (const [id, diagnostics] of now) found.set(id, diagnostics);
			before = project;
			const all = [...found.values()].reduce((sum, { length }) => sum + length, 0);
			const diagnostics = sortDiagnostics([...changed].flatMap((id) => found.get(id) ?? []));
			return { diagnostics, looked: now.size, elsewhere: all - diagnostics.length };
		},
		close: () => kept.close(),
	};
}

/** Of each node that was looked at; none of a model whose template asks the database, which is not asked here. */
function findingsBy(project: OpenProject, looked: Looked): Map<string, readonly Diagnostic[]> {
	const { models, compiled } = looked;
	const nodes: readonly GraphNode[] = models ?? checkedNodes(project);
	const ofRules = new Map<string | null, Diagnostic[]>();
	const only = models === null ? undefined : new Set<string>(models.map(({ unique_id: id }) => id));
	for (const { node, diagnostic } of boxedFindings(project, only).found)
		ofRules.set(node, [...(ofRules.get(node) ?? []), diagnostic]);
	const check = checkFindings(project, looked);
	return new Map(
		nodes.map((node) => {
			const { unique_id: id } = node;
			const sql = compiled.get(id);
			const asks = sql !== undefined && "reason" in sql && sql.asks === true;
			const model = project.manifest.nodes.get(id);
			const own = model !== undefined && isAnalysed(model) ? [model] : [];
			return [id, [...(asks ? [] : check(own, [node])), ...(ofRules.get(id) ?? [])]];
		}),
	);
}

const KINDS: readonly string[] = CHECKED;
const checkedNodes = ({ manifest }: OpenProject): readonly GraphNode[] =>
	[...manifest.nodes.values(), ...manifest.sources.values()].filter(({ resource_type: type }) => KINDS.includes(type));

/** Nodes whose texts are others, or that were not there. */
const editedSince = (before: OpenProject | null, { manifest }: OpenProject): readonly NodeId[] =>
	before === null
		? []
		: [...manifest.nodes.values()].flatMap(({ unique_id: id, raw_code: text }) =>
				before.manifest.nodes.get(id)?.raw_code === text ? [] : [id],
			);
