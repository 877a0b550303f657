/** A review and what is known of the warehouse → what would be built. Pure. */
import type { BuildOutline, OutlinedNode } from "../core/buildOutline.ts";
import type { UsualDuration } from "../core/history.ts";
import type { Manifest } from "../core/manifest.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { RelationSize } from "../core/relation.ts";
import type { BuildPlan } from "./buildPlan.ts";
import type { ChangeReview, ColumnReview, ReviewedNode } from "./changeReview.ts";

export interface OutlineFacts {
	readonly review: ChangeReview;
	readonly plan: BuildPlan;
	readonly manifest: Manifest;
	readonly about: Pick<BuildOutline, "project" | "target" | "environment" | "against">;
	/** Where a new node is not new to the project, and why it is built then. */
	readonly whyNew: (id: NodeId) => string;
	/** Of relations that stand, by node; sources too. */
	readonly sizes: ReadonlyMap<NodeId, RelationSize>;
	readonly usual: ReadonlyMap<NodeId, UsualDuration>;
	/** All anew, incremental models too. */
	readonly fullRefresh: boolean;
}

/** Fewer say nothing about what is usual, as in a run. */
const LEAST_RUNS = 3;

export function outlineOf(facts: OutlineFacts): BuildOutline {
	const { review, plan, manifest, about, usual } = facts;
	const reviewed = new Map(review.nodes.map((node) => [node.id, node]));
	const order = inOrder(plan.built, manifest);
	const nodes = order.map((id) => outlined(reviewed.get(id)!, facts));
	const tests = [...plan.tests].sort();
	const times = [...order, ...tests].map((id) => secondsOf(usual.get(id)));
	const known = times.filter((one) => one !== null);
	return {
		schema_version: "tfm.plan/1",
		...about,
		head: review.head,
		nodes,
		tests,
		// A source that is new is read, and that is all.
		left: plan.left.filter(({ id }) => reviewed.get(id)?.change !== "added"),
		removed: review.nodes
			.filter(({ change, resource_type: type }) => change === "removed" && HAS_RELATION.has(type))
			.map(({ id, name }) => ({ id, name })),
		exposures: review.nodes
			.filter(({ resource_type: type, change }) => type === "exposure" && change === "reached")
			.map(({ name, owner, reasons }) => ({ name, owner, because: reasons.join("; ") })),
		unaffected: review.unaffected,
		findings: review.findings.map(({ diagnostic }) => diagnostic),
		costs: {
			replaces: sum(nodes.flatMap(({ stands }) => stands ?? [])),
			reads: readBy(facts),
			seconds: known.length === 0 ? null : known.reduce((all, one) => all + one, 0),
			timed: known.length,
			of: times.length,
		},
	};
}

const HAS_RELATION: ReadonlySet<string> = new Set(["model", "seed", "snapshot", "function"]);

const secondsOf = (known: UsualDuration | undefined): number | null =>
	known === undefined || known.runs < LEAST_RUNS ? null : known.median;

function outlined(node: ReviewedNode, { manifest, whyNew, sizes, usual, fullRefresh }: OutlineFacts): OutlinedNode {
	const id = nodeId(node.id);
	const { name, layer, resource_type, change, reasons, columns } = node;
	const stands = sizes.get(id) ?? null;
	return {
		id,
		name,
		layer,
		resource_type,
		change: change as OutlinedNode["change"],
		why: change === "added" ? [whyNew(id)] : reasons,
		way: wayOf(manifest.nodes.get(id)?.config.materialized ?? "", stands !== null && !fullRefresh),
		columns: columns.map(columnWords),
		stands,
		usual_seconds: secondsOf(usual.get(id)),
	};
}

function wayOf(materialized: string, adds: boolean): string {
	switch (materialized) {
		case "seed":
			return "loaded";
		case "incremental":
			return adds ? "new rows only" : "built anew";
		case "snapshot":
			return adds ? "changes added" : "begun";
		case "view":
		case "function":
		case "materialized_view":
			return materialized.replace("_", " ");
		default:
			return "built anew";
	}
}

const SIGNS: Readonly<Record<ColumnReview["change"], string>> = {
	added: "+",
	removed: "-",
	renamed: "renamed",
	type: "type",
	logic: "values",
};

const columnWords = ({ name, change, before, after }: ColumnReview): string => {
	const what = `${SIGNS[change]} ${name}`;
	if (change === "renamed") return `${what} → ${after}`;
	return change === "type" ? `${what} ${before} → ${after}` : what;
};

/** What is read and not built: relations, and those behind ephemeral models. */
function readBy({ plan, manifest, sizes }: OutlineFacts): BuildOutline["costs"]["reads"] {
	const found = new Set<NodeId>();
	const seen = new Set<NodeId>();
	const waiting = [...plan.built];
	for (let id = waiting.pop(); id !== undefined; id = waiting.pop())
		for (const parent of manifest.parents.get(id) ?? []) {
			if (plan.built.has(parent) || seen.has(parent)) continue;
			seen.add(parent);
			// A view or an ephemeral model stores nothing: what it reads is read.
			if (sizes.get(parent)?.bytes == null) waiting.push(parent);
			else found.add(parent);
		}
	return { relations: found.size, ...sum([...found].flatMap((id) => sizes.get(id) ?? [])) };
}

const sum = (sizes: readonly RelationSize[]): RelationSize => ({
	rows: total(sizes.map(({ rows }) => rows)),
	bytes: total(sizes.map(({ bytes }) => bytes)),
});

/** Null: none of them is known. */
function total(values: readonly (number | null)[]): number | null {
	const known = values.filter((value) => value !== null);
	return known.length === 0 ? null : known.reduce((all, one) => all + one, 0);
}

/** Inputs first; of those that may be built at the same time by id. */
function inOrder(built: ReadonlySet<NodeId>, manifest: Manifest): readonly NodeId[] {
	const depths = new Map<NodeId, number>();
	const waiting = [...built];
	// What it reads comes on top of it, until all of that has a depth.
	for (let id = waiting.at(-1); id !== undefined; id = waiting.at(-1)) {
		const parents = depths.has(id) ? [] : (manifest.parents.get(id) ?? []);
		const unknown = parents.filter((parent) => !depths.has(parent));
		if (unknown.length > 0) waiting.push(...unknown);
		else {
			waiting.pop();
			if (!depths.has(id))
				depths.set(
					id,
					parents.reduce((most, one) => Math.max(most, depths.get(one)! + 1), 0),
				);
		}
	}
	return [...built].sort((a, b) => depths.get(a)! - depths.get(b)! || (a < b ? -1 : 1));
}
