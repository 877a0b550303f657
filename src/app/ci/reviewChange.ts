/** Two states of a project → what lies between them, for those who read it (docs/ci.md: the matrix). */
import {
	type ChangeReview,
	type ColumnReview,
	type Finding,
	type ReviewedNode,
	RISKS,
	type Risk,
} from "../../ci/changeReview.ts";
import { diagnostic } from "../../core/diagnostic.ts";
import type { NodeLineage } from "../../core/lineage.ts";
import type { NodeState, ProjectState } from "../../core/projectState.ts";
import { type ColumnChange, type QueryChange, queryChange } from "../../sql/changeCategory.ts";
import { type ChangeImpact, changeImpact, type LineageNodes } from "../../sql/changeImpact.ts";
import { compareStates, type NodeChange } from "../../state/compareStates.ts";
import { contractBreaks } from "./contractBreaks.ts";

export interface ReviewInput {
	readonly before: ProjectState;
	readonly after: ProjectState;
	/** The commit of `before`, and the branch that it was found for. */
	readonly base: string;
	readonly ref: string;
	/** Where people read; null in a project without layers. */
	readonly lastLayer: string | null;
	/** Severity of a change that can break readers. */
	readonly breaking: "error" | "warning";
	/** What was found in the present project; those of changed and reached nodes, and of no node, count. */
	readonly found: readonly Finding[];
}

/** Tests and exposures are shown where they changed; they have no columns and nothing is reached by way of them. */
export function reviewChange({ before, after, base, ref, lastLayer, breaking, found }: ReviewInput): ChangeReview {
	const changes = compareStates(before, after);
	const lineages = changes.length === 0 ? NO_LINEAGES : bothLineages(before, after);
	const queries = new Map(changes.flatMap((change) => queriesOf(change, lineages)));
	const impact = changeImpact(lineages.before, lineages.after, queries);
	const readers = readersOf(before, after, new Set(changes.map(({ id }) => id)));
	const nodes = changes.map((change) =>
		reviewed(change, { query: queries.get(change.id), impact, readers, lastLayer }),
	);
	const reached = reachedNodes(impact, after, new Set(changes.map(({ id }) => id)));
	const all = [...nodes, ...reached].sort(byRisk);
	// A model that lost a test is held to the rules again.
	const tested = changes.flatMap((change) => [
		...("was" in change ? [change.was.tests?.node ?? ""] : []),
		...("now" in change ? [change.now.tests?.node ?? ""] : []),
	]);
	const shown = new Set([...all.map(({ id }) => id), ...tested]);
	const broken = new Set(impact.broken.map(({ node }) => node));
	const contracts = changes.flatMap((change) => contractFindings(change));
	const promised = new Set(contracts.map(({ node }) => node));
	const findings = [
		...impact.broken.map(({ node, column }) => brokenReader(node, column, { before, after })),
		...contracts,
		// A broken contract says it already.
		...nodes
			.filter(({ risk, id }) => risk === "breaking" && !promised.has(id))
			.map((node) => breakingFinding(node, breaking)),
		...found.filter(
			({ node, diagnostic: { code } }) =>
				// That a column is gone says the same of a reader.
				node === null || (shown.has(node) && !(broken.has(node) && code === "TFM-SQL-001")),
		),
	];
	return {
		project: after.project,
		base,
		head: after.commit,
		ref,
		nodes: all,
		unaffected: impact.unaffected.length,
		findings: [
			...findings.filter(({ diagnostic: { severity } }) => severity === "error"),
			...findings.filter(({ diagnostic: { severity } }) => severity !== "error"),
		],
	};
}

const NO_LINEAGES: { readonly before: LineageNodes; readonly after: LineageNodes } = {
	before: new Map(),
	after: new Map(),
};

/** A node that is the same in both is the same value in both. */
function bothLineages(before: ProjectState, after: ProjectState): typeof NO_LINEAGES {
	const found = new Map<string, NodeLineage>();
	const earlier = new Map<string, NodeLineage>();
	for (const id of Object.keys(after.nodes)) {
		const { lineage } = after.nodes[id]!;
		if (lineage !== undefined) found.set(id, { ...lineage, remarks: [] });
	}
	for (const id of Object.keys(before.nodes)) {
		const { lineage } = before.nodes[id]!;
		if (lineage === undefined) continue;
		const same = after.nodes[id]?.lineage === lineage ? found.get(id) : undefined;
		earlier.set(id, same ?? { ...lineage, remarks: [] });
	}
	return { before: earlier, after: found };
}

const OTHER_ROWS: QueryChange = {
	category: "breaking",
	risk: "risky",
	columns: [],
	reordered: false,
	rows: true,
	unknown: null,
};

/** What the change of a relation's query does; of seeds and sources: other rows. */
function queriesOf(
	change: NodeChange,
	{ before, after }: { readonly before: LineageNodes; readonly after: LineageNodes },
): readonly (readonly [string, QueryChange])[] {
	if (change.change !== "modified") return [];
	const [was, now] = [before.get(change.id), after.get(change.id)];
	if (was === undefined || now === undefined) return [];
	const compared = queryChange(was, now);
	const declared = was.status === "declared";
	return [[change.id, declared && compared.category === "none" ? OTHER_ROWS : compared]];
}

/** Ids of nodes that still read a node, and whether somebody outside of the project may. */
function readersOf(
	before: ProjectState,
	after: ProjectState,
	of: ReadonlySet<string>,
): (id: string) => readonly string[] {
	const found = new Map<string, Set<string>>();
	for (const { nodes } of of.size === 0 ? [] : [before, after])
		for (const id of Object.keys(nodes)) {
			const { reads, resource_type: type } = nodes[id]!;
			if (type === "test" || type === "unit_test" || after.nodes[id] === undefined) continue;
			for (const input of reads) if (of.has(input)) found.set(input, (found.get(input) ?? new Set()).add(id));
		}
	return (id) => [...(found.get(id) ?? [])].sort();
}

interface Known {
	readonly query: QueryChange | undefined;
	readonly impact: ChangeImpact;
	readonly readers: (id: string) => readonly string[];
	readonly lastLayer: string | null;
}

const RELATIONS: ReadonlySet<string> = new Set(["model", "seed", "snapshot", "source"]);

function reviewed(change: NodeChange, { query, impact, readers, lastLayer }: Known): ReviewedNode {
	const node = change.change === "removed" ? change.was : change.now;
	const isRead =
		readers(change.id).length > 0 ||
		node.access === "public" ||
		node.contract !== null ||
		(lastLayer !== null && node.layer === lastLayer);
	const about = {
		id: change.id,
		name: node.name,
		resource_type: node.resource_type,
		layer: node.layer,
		owner: node.owner,
		change: change.change,
		file: node.file,
		line: node.line,
		columns: [],
	};
	const relation = RELATIONS.has(node.resource_type);
	switch (change.change) {
		case "added":
			return { ...about, reasons: [], risk: "safe" };
		case "removed":
			return { ...about, reasons: [], risk: relation && isRead ? "breaking" : "safe" };
		case "meta":
			return narrowed(change.was, change.now)
				? { ...about, reasons: [`access: ${change.was.access} → ${change.now.access}`], risk: "breaking" }
				: { ...about, reasons: ["documentation, tags or grants"], risk: "safe" };
		case "moved":
			return { ...about, reasons: [`${change.was.file} → ${change.now.file}`], risk: "none" };
		case "modified": {
			const retyped = new Set(query?.columns.flatMap(({ what, column }) => (what === "retyped" ? [column] : [])));
			const columns = (query?.columns ?? [])
				// Another type is another way to make its values.
				.filter(({ what, column }) => what !== "redefined" || !retyped.has(column))
				.map((column) => columnReview(change, column, { impact, isRead }));
			const reasons = [
				...change.reasons.map(({ says }) => says),
				...(narrowed(change.was, change.now) ? [`access: ${change.was.access} → ${change.now.access}`] : []),
				...(query === undefined ? [] : effects(query, change.was)),
			];
			const risks: Risk[] = [
				...columns.map(({ risk }) => risk),
				narrowed(change.was, change.now) ? "breaking" : "none",
				query?.rows === true || query?.reordered === true || (query?.unknown ?? null) !== null ? "risky" : "none",
				contractBreaks(change.was, change.now).length > 0 ? "breaking" : "none",
				"safe",
			];
			return { ...about, reasons, columns, risk: RISKS.find((risk) => risks.includes(risk)) ?? "safe" };
		}
	}
}

const ACCESS = ["private", "protected", "public"];
const narrowed = (was: NodeState, now: NodeState): boolean => ACCESS.indexOf(now.access) < ACCESS.indexOf(was.access);

/** What follows for the rows, in words. */
function effects({ category, rows, reordered, unknown }: QueryChange, was: NodeState): readonly string[] {
	if (was.lineage?.status === "declared") return [];
	if (unknown !== null) return [unknown];
	if (category === "none") return ["its query gives what it gave"];
	return [...(rows ? ["it may have other rows"] : []), ...(reordered ? ["its columns stand in another order"] : [])];
}

function columnReview(
	{ id }: NodeChange,
	change: ColumnChange,
	{ impact, isRead }: { readonly impact: ChangeImpact; readonly isRead: boolean },
): ColumnReview {
	const name = change.what === "renamed" ? change.from : change.column;
	const breaks = impact.broken.flatMap(({ node, column }) =>
		column.node === id && column.column === name ? [node] : [],
	);
	// A column that nobody reads can break nobody.
	const lost: Risk = isRead ? "breaking" : "safe";
	switch (change.what) {
		case "added":
			return { name, change: "added", risk: "safe", before: null, after: null, breaks };
		case "removed":
			return { name, change: "removed", risk: lost, before: null, after: null, breaks };
		case "renamed":
			return { name, change: "renamed", risk: lost, before: name, after: change.column, breaks };
		case "redefined":
			return { name, change: "logic", risk: "risky", before: null, after: null, breaks };
		case "retyped": {
			const risk = change.change === "widened" ? "risky" : lost;
			return { name, change: "type", risk, before: change.from, after: change.to, breaks };
		}
	}
}

function reachedNodes(
	impact: ChangeImpact,
	after: ProjectState,
	changed: ReadonlySet<string>,
): readonly ReviewedNode[] {
	const said = new Map<string, string[]>();
	const say = (id: string, words: string): void => void said.set(id, [...(said.get(id) ?? []), words]);
	for (const { node, column } of impact.broken)
		say(node, `it reads ${after.nodes[column.node]?.name ?? column.node}.${column.column}, which is gone`);
	for (const node of impact.unknown) say(node, "its SQL could not be read, and it reads what changed");
	for (const node of impact.rows) say(node, "it may have other rows");
	const columns = new Map<string, string[]>();
	for (const { node, column } of impact.columns) columns.set(node, [...(columns.get(node) ?? []), column]);
	for (const [node, names] of columns) say(node, `other values in ${names.join(", ")}`);
	const relations = [...said.keys()].filter((id) => !changed.has(id));
	const touched = new Set([...changed, ...relations]);
	// Who looks at an exposure is told, whatever it shows of the model.
	for (const id of touched.size === 0 ? [] : Object.keys(after.nodes)) {
		const { resource_type: type, reads } = after.nodes[id]!;
		if (type === "exposure" && !changed.has(id)) {
			const shown = reads.filter((input) => touched.has(input)).map((input) => after.nodes[input]?.name ?? input);
			if (shown.length > 0) say(id, `it shows ${shown.join(", ")}`);
		}
	}
	return [...said]
		.filter(([id]) => !changed.has(id))
		.flatMap(([id, reasons]) => {
			const node = after.nodes[id];
			if (node === undefined) return [];
			const { name, resource_type, layer, owner, file, line } = node;
			const risk: Risk = impact.broken.some((one) => one.node === id) ? "breaking" : "risky";
			return [{ id, name, resource_type, layer, owner, change: "reached", reasons, risk, columns: [], file, line }];
		});
}

const byRisk = (a: ReviewedNode, b: ReviewedNode): number =>
	RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) ||
	// What was edited stands before what it reaches.
	Number(a.change === "reached") - Number(b.change === "reached") ||
	(a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const placeOf = ({ file, line }: Pick<NodeState, "file" | "line">) => ({ at: { file, line, column: 1 } });

function brokenReader(
	id: string,
	column: { readonly node: string; readonly column: string },
	{ before, after }: Pick<ReviewInput, "before" | "after">,
): Finding {
	const node = after.nodes[id]!;
	const from = (after.nodes[column.node] ?? before.nodes[column.node])?.name ?? column.node;
	const facts = { node: node.name, column: `${from}.${column.column}` };
	return { node: id, diagnostic: diagnostic("TFM-CI-011", facts, placeOf(node)) };
}

function contractFindings(change: NodeChange): readonly Finding[] {
	if (change.change !== "modified") return [];
	const problems = contractBreaks(change.was, change.now);
	if (problems.length === 0) return [];
	const facts = { node: change.now.name, problems, owner: change.now.owner };
	return [{ node: change.id, diagnostic: diagnostic("TFM-CI-012", facts, placeOf(change.now)) }];
}

function breakingFinding(node: ReviewedNode, severity: "error" | "warning"): Finding {
	const columns = node.columns.flatMap(({ name, change, before, after, risk }) =>
		risk !== "breaking"
			? []
			: change === "renamed"
				? [`${name} is now called ${after}`]
				: change === "type"
					? [`${name} is ${after}, it was ${before}`]
					: [`${name} is gone`],
	);
	const said =
		node.change === "removed"
			? ["it is gone"]
			: [...columns, ...node.reasons.filter((reason) => reason.startsWith("access:"))];
	const facts = { node: node.name, problems: said, owner: node.owner };
	return { node: node.id, diagnostic: diagnostic("TFM-CI-010", facts, { ...placeOf(node), severity }) };
}
