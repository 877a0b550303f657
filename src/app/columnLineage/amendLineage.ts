/**
 * The lineage of files of which nothing but texts of nodes changed since it was kept: made from that one. What comes out
 * is what looking at all nodes gives, or nothing does.
 */
import type { Invocation } from "../../core/invocation.ts";
import type { LineageColumn, NodeLineage } from "../../core/lineage.ts";
import { nodeId } from "../../core/node.ts";
import { nodeMark } from "../../core/piiMark.ts";
import { withFacts } from "../../sql/describeLineage.ts";
import { inheritFrom } from "../../sql/inheritFacts.ts";
import type { OpenProject } from "../openProject.ts";
import { askedIn } from "../parseCache/askedReads.ts";
import { recordRendering } from "../parseCache/recordReads.ts";
import { dialectOf } from "./analyzeProject.ts";
import { analyzeReach } from "./analyzeReach.ts";
import { factsOfNode } from "./columnFacts.ts";
import { seedsStand } from "./declaredRelations.ts";
import { type FoundLineage, nodesReferredTo } from "./foundLineage.ts";
import { readersOf } from "./keepAnalysis.ts";
import { readEarlierLineage } from "./keptLineage.ts";

/** Whether the lineage of these files is known afterwards. */
export async function amendLineage(invocation: Invocation, project: OpenProject): Promise<boolean> {
	const earlier = invocation.flags.writeJson ? readEarlierLineage(invocation, project) : null;
	if (earlier === null) return false;
	const { facts, manifest } = project;
	const { lineage, surroundings, edited } = earlier;
	const { invocation: recorded, reads } = recordRendering(facts.invocation);
	const found = await analyzeReach(invocation, { ...project, facts: { ...facts, invocation: recorded } }, edited, {
		...{ lineageOf: lineage.nodeOf, surroundings, unread: null },
		readers: (id) => readersOf(manifest, id),
	});
	const asked = askedIn(reads);
	if (found === null || asked === null) return false;
	const inputs = found.models.flatMap(({ depends_on: on }) => on.nodes.flatMap((id) => manifest.nodes.get(id) ?? []));
	if (!seedsStand(inputs)) return false;
	const told = new Map([...found.lineage].map(([id, node]) => [id, withOwnFacts(project, id, node)]));
	const changed = surroundings.personal ? asBefore(lineage, told) : inherited(lineage, told);
	earlier.keep(changed, asked, { generated_at: invocation.clock().toISOString(), invocation_id: project.runId });
	return true;
}

/** With what property files say, and nothing else that is told of columns. */
function withOwnFacts(project: OpenProject, id: string, node: NodeLineage): NodeLineage {
	const written = project.manifest.nodes.get(nodeId(id))!;
	const facts = new Map(factsOfNode(written, dialectOf(project)));
	const mark = nodeMark(written);
	return { ...node, columns: node.columns.map((column) => withFacts(bare(column), mark, facts.get(column.name))) };
}

function bare({ inherited: _above, ...column }: LineageColumn): LineageColumn {
	return column;
}

/** Where there is personal data, columns were found to come from where they came from: what they inherit is as it was. */
const asBefore = (lineage: FoundLineage, told: ReadonlyMap<string, NodeLineage>): ReadonlyMap<string, NodeLineage> =>
	new Map(
		[...told].map(([id, node]) => {
			const before = new Map(lineage.nodeOf(id)!.columns.map(({ name, inherited }) => [name, inherited]));
			const columns = node.columns.map((column) => {
				const above = before.get(column.name);
				return above === undefined ? column : { ...column, inherited: above };
			});
			return [id, { ...node, columns }];
		}),
	);

/** Descriptions and tags come down to columns that are others now, and to all that read columns which are told of otherwise. */
function inherited(lineage: FoundLineage, told: ReadonlyMap<string, NodeLineage>): ReadonlyMap<string, NodeLineage> {
	const changed = new Map<string, NodeLineage>();
	const nodeOf = (id: string): NodeLineage | undefined => changed.get(id) ?? lineage.nodeOf(id);
	const references = new Map([...told].map(([id, node]) => [id, nodesReferredTo(node)]));
	const readers = (id: string): readonly string[] => [
		...lineage.readersOf(id),
		...[...references].flatMap(([reader, to]) => (to.has(id) ? [reader] : [])),
	];
	const waiting = new Set(told.keys());
	for (const id of waiting) {
		waiting.delete(id);
		const before = nodeOf(id)!;
		const node = told.get(id) ?? { ...before, columns: before.columns.map(bare) };
		const now = { ...node, columns: inheritFrom(id, node.columns, nodeOf) };
		changed.set(id, now);
		if (tellsOf(before) !== tellsOf(now)) for (const reader of readers(id)) if (reader !== id) waiting.add(reader);
	}
	return changed;
}

/** What its readers may inherit. */
const tellsOf = ({ columns }: NodeLineage): string =>
	JSON.stringify(columns.map(({ name, description, tags, inherited }) => [name, description, tags, inherited]));
