import { hash } from "node:crypto";
import type { BuildableNode } from "../core/plan.ts";

/** Config that says something about a node, but nothing about the relation that it leaves. */
const SAYS_NOTHING = new Set([
	"tags",
	"meta",
	"docs",
	"group",
	"access",
	"enabled",
	"layer",
	"description",
	"packages",
]);

function sortedJson(value: unknown): string {
	return JSON.stringify(value, (_key, v: unknown) =>
		typeof v === "object" && v !== null && !Array.isArray(v)
			? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
			: v,
	);
}

function persisted(written: unknown): { readonly relation: boolean; readonly columns: boolean } {
	const { relation, columns } = (written ?? {}) as { readonly relation?: unknown; readonly columns?: unknown };
	return { relation: relation === true, columns: columns === true };
}

/**
 * sha256 of what shapes the relation: the query with published names (a seed's content hash), the config, the columns'
 * declared types, and the way it is built. The published text is taken so that the hash is the same whichever relations the candidate was built from.
 */
export function codeHash(node: BuildableNode, text: string, mode: string): string {
	const config = Object.entries(node.config).filter(([key]) => !SAYS_NOTHING.has(key));
	// What people read shapes the relation only where it is written into it.
	const { relation, columns: ofColumns } = persisted(node.config.persist_docs);
	const columns = Object.values(node.columns)
		.map((c) => [c.name, c.data_type, c.constraints, ofColumns ? c.description : ""] as const)
		// A column that is only named, for its tests or its readers, leaves the relation as it is.
		.filter(([, type, rules, says]) => type != null || rules.length > 0 || says !== "");
	const constraints = node.resource_type === "model" ? node.constraints : [];
	const parts = [
		text,
		sortedJson(Object.fromEntries(config)),
		sortedJson(columns),
		sortedJson(constraints),
		relation ? node.description : "",
		mode,
	];
	return hash("sha256", parts.join("\0"), "hex");
}
