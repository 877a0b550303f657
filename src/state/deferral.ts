import type { Deferral, DeferredRelation } from "../core/deferral.ts";
import type { Manifest } from "../core/manifest.ts";
import type { NodeId, Plain } from "../core/node.ts";
import { type EarlierManifest, isRecord } from "./earlierManifest.ts";

const REFERABLE: ReadonlySet<Plain | undefined> = new Set<Plain | undefined>(["function", "model", "seed", "snapshot"]);
const TABLES: ReadonlySet<string> = new Set(["table", "incremental", "snapshot", "seed"]);
const text = (value: Plain | undefined): string => (typeof value === "string" ? value : "");

/** Where the other environment has the nodes of this project, functions among them; ephemeral models are nowhere. */
export function deferredRelations(earlier: EarlierManifest, manifest: Manifest): ReadonlyMap<NodeId, DeferredRelation> {
	const relations = new Map<NodeId, DeferredRelation>();
	for (const [id, node] of earlier.nodes) {
		if (!manifest.nodes.has(id) || !REFERABLE.has(node.resource_type)) continue;
		const config = isRecord(node.config) ? node.config : {};
		if (config.materialized === "ephemeral") continue;
		relations.set(id, {
			relation: { database: text(node.database), schema: text(node.schema), identifier: text(node.alias) },
			relation_name: typeof node.relation_name === "string" ? node.relation_name : null,
			isTable: TABLES.has(text(config.materialized)),
		});
	}
	return relations;
}

export interface DeferralQuestion {
	readonly relations: ReadonlyMap<NodeId, DeferredRelation>;
	/** Nodes that what runs may refer to. */
	readonly referred: Iterable<NodeId>;
	readonly selected: ReadonlySet<NodeId>;
	/** Nodes that will stand here before anything reads them. */
	readonly built: ReadonlySet<NodeId>;
	/** `--favor-state` */
	readonly favorState: boolean;
	/** Whether the node's relation is here already; asked only where that decides. */
	readonly exists: (id: NodeId) => boolean;
}

/** Which references go to the other environment: of what is not here, and with --favor-state of all that is not selected. */
export function chooseDeferred(question: DeferralQuestion): Deferral {
	const { relations, selected, built, favorState, exists } = question;
	const reads = new Set<NodeId>();
	for (const id of question.referred) {
		if (!relations.has(id)) continue;
		if ((favorState && !selected.has(id)) || (!built.has(id) && !exists(id))) reads.add(id);
	}
	return Object.freeze({ relations, reads });
}
