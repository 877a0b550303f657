/** A project that has been read and analysed → the state that is kept of it (ADR 0043). */
import { variablesFor } from "../../context/objects/varFunction.ts";
import type { Config } from "../../core/config.ts";
import type { ColumnLineage, NodeLineage } from "../../core/lineage.ts";
import { allNodes } from "../../core/manifest.ts";
import type { GraphNode, ModelNode, NodeId, Plain } from "../../core/node.ts";
import {
	type NodeState,
	PROJECT_STATE_SCHEMA,
	type ProjectState,
	type StateContract,
	type StateLineage,
} from "../../core/projectState.ts";
import { TFM_VERSION } from "../../core/version.ts";
import { contractOf } from "../../manifest/contract.ts";
import { createFingerprints } from "../../state/fingerprint.ts";
import { usedMacros } from "../../state/usedMacros.ts";
import type { AnalysedProject } from "../columnLineage/analyzeProject.ts";
import type { OpenProject } from "../openProject.ts";
import { ownerOf } from "../ownerOf.ts";

/** `commit`: null where there are changes that no commit has. */
export function describeState(project: OpenProject, analysed: AnalysedProject, commit: string | null): ProjectState {
	const { manifest, config } = project;
	const describe = nodeDescriber(project, analysed);
	const nodes: [string, NodeState][] = [];
	for (const nodesOfKind of allNodes(manifest))
		for (const node of nodesOfKind.values()) {
			if (node.resource_type === "operation" || node.resource_type === "analysis") continue;
			nodes.push([node.unique_id, describe(node)]);
		}
	nodes.sort(([a], [b]) => (a < b ? -1 : 1));
	return {
		schema_version: PROJECT_STATE_SCHEMA,
		tfm_version: TFM_VERSION,
		project: manifest.projectName,
		target: targetText(config),
		commit,
		nodes: Object.fromEntries(nodes),
	};
}

/** Of each node its state; `analysed` has to hold the node itself, and need not hold others. */
export function nodeDescriber(
	project: OpenProject,
	{ lineage, compiled }: Pick<AnalysedProject, "compiled"> & { readonly lineage: Pick<ColumnLineage, "nodes"> },
): (node: GraphNode) => NodeState {
	const { manifest, config, facts } = project;
	const macrosOf = usedMacros(manifest);
	const fingerprint = createFingerprints();
	return (node) => {
		const found = compiled.get(node.unique_id);
		const known = lineage.nodes[node.unique_id];
		const variables = variablesFor(config, node.package_name);
		const print = fingerprint(node, {
			sql: found !== undefined && "sql" in found ? found.sql : null,
			semanticHash: known?.semantic_hash,
			names: namesIn(node, project),
			macros: macrosOf("depends_on" in node && "macros" in node.depends_on ? node.depends_on.macros : []),
			valueOf: (kind, name) => (kind === "env" ? facts.invocation.env[name] : variables.lookup(name)),
			contract: "raw_code" in node ? contractOf(node).checksum : null,
		});
		return {
			resource_type: node.resource_type,
			name: nameOf(node),
			layer: node.layer,
			...placeOf(node),
			...print,
			reads: "depends_on" in node ? [...new Set(node.depends_on.nodes)].sort() : [],
			access: node.resource_type === "model" ? node.access : "protected",
			owner: ownerOf(node, manifest),
			materialized: "raw_code" in node ? node.config.materialized : "",
			contract: node.resource_type === "model" ? contractState(node) : null,
			...(node.resource_type === "test"
				? { tests: { node: testedNode(node), column: node.column_name, name: node.test_metadata?.name ?? "" } }
				: {}),
			...(known === undefined ? {} : { lineage: slim(known) }),
		};
	};
}

/** Configuration may hang on the target: states of two are not compared. */
export const targetText = ({ target: { type, targetName } }: Pick<Config, "target">): string => `${type} ${targetName}`;

/** A test's line is not looked for: that would take a second reading of its file, and nothing is shown at it. */
const placeOf = (node: GraphNode): Pick<NodeState, "file" | "line"> =>
	node.resource_type === "test"
		? { file: node.original_file_path, line: 1 }
		: { file: node.location.file, line: node.location.line };

const nameOf = (node: GraphNode): string =>
	node.resource_type === "source" ? `${node.source_name}.${node.name}` : node.name;

const testedNode = (node: Extract<GraphNode, { resource_type: "test" }>): string =>
	node.attached_node ?? node.depends_on.nodes[0] ?? "";

/** How the compiled SQL calls the node's inputs. */
function namesIn(node: GraphNode, { manifest }: OpenProject): readonly (readonly [string, string])[] {
	if (!("depends_on" in node) || !("raw_code" in node)) return [];
	return [node.unique_id, ...node.depends_on.nodes].flatMap((id: NodeId) => {
		const { relation_name: name } = manifest.nodes.get(id) ?? manifest.sources.get(id) ?? { relation_name: null };
		return name === null || name === undefined ? [] : [[name, id] as const];
	});
}

function contractState(node: ModelNode): StateContract | null {
	if (!contractOf(node).enforced) return null;
	const columns = Object.values(node.columns);
	const words = (constraint: Plain, where: string): string => {
		const { type, expression } = (constraint ?? {}) as { readonly type?: Plain; readonly expression?: Plain };
		return [type, where, expression].filter((part) => typeof part === "string" && part !== "").join(" ");
	};
	const listOf = (constraint: Plain): string => {
		const { columns: names } = (constraint ?? {}) as { readonly columns?: Plain };
		return Array.isArray(names) ? names.join(", ") : "";
	};
	return {
		columns: columns.map(({ name, data_type: type }) => ({ name, type })),
		constraints: [
			...columns.flatMap(({ name, constraints }) => constraints.map((one) => words(one, name))),
			...node.constraints.map((one) => words(one, listOf(one))),
		].sort(),
	};
}

export const slim = ({ columns, remarks: _, ...node }: NodeLineage): StateLineage => ({
	...node,
	columns: columns.map(({ description: _, tags: __, pii: ___, inherited: ____, at: _____, ...column }) => column),
});
