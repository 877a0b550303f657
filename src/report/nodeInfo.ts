import { findNode, type Manifest } from "../core/manifest.ts";
import type { GraphNode, NodeId, Plain } from "../core/node.ts";

/** dbt's `node_info`: what its messages say of the node that they are about. Empty texts stand for what it has not. */
export interface NodeInfo {
	readonly materialized: string;
	readonly meta: { readonly [key: string]: Plain };
	readonly node_checksum: string;
	readonly node_finished_at: string;
	readonly node_name: string;
	readonly node_path: string;
	readonly node_relation: {
		readonly alias: string;
		readonly database: string;
		readonly relation_name: string;
		readonly schema: string;
	};
	readonly node_started_at: string;
	readonly node_status: string;
	readonly resource_type: string;
	readonly unique_id: string;
}

/** Where a node is on its way; dbt's texts, and Python's word where nothing is under way. */
export interface NodeProgress {
	readonly status: string;
	readonly startedAt?: string;
	readonly finishedAt?: string;
}

export const IDLE: NodeProgress = { status: "None" };

export function nodeInfo(manifest: Manifest, id: NodeId, progress: NodeProgress): NodeInfo | undefined {
	const node = findNode(manifest, id);
	return node === undefined ? undefined : infoOf(node, progress);
}

function infoOf(node: GraphNode, { status, startedAt = "", finishedAt = "" }: NodeProgress): NodeInfo {
	const config = node.config as { readonly materialized?: unknown };
	const fields = node as unknown as Readonly<Record<string, unknown>>;
	const text = (key: string): string => (typeof fields[key] === "string" ? (fields[key] as string) : "");
	const checksum = fields.checksum as { readonly checksum?: unknown } | string | undefined;
	const hash = typeof checksum === "object" ? checksum.checksum : undefined;
	return {
		materialized: typeof config.materialized === "string" ? config.materialized : "",
		meta: node.meta,
		node_checksum: typeof hash === "string" ? hash : "",
		node_finished_at: finishedAt.replace(/Z$/, ""),
		node_name: node.name,
		node_path: text("path"),
		node_relation: {
			alias: text("alias"),
			database: text("database"),
			relation_name: text("relation_name"),
			schema: text("schema"),
		},
		node_started_at: startedAt.replace(/Z$/, ""),
		node_status: status,
		resource_type: node.resource_type,
		unique_id: node.unique_id,
	};
}
