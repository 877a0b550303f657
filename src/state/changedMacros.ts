import type { Manifest } from "../core/manifest.ts";
import type { GraphNode } from "../core/node.ts";
import type { EarlierManifest } from "./earlierManifest.ts";

/** Macros that come with the tool. They change with its version and not with the project. */
const BUILT_IN = /^macro\.(?:dbt|dbt_postgres|dbt_snowflake)\./;

/**
 * Which changed macro a node uses, directly or through other macros; undefined for none. dbt compares the texts of its
 * own macros too, so that its every new version changes most nodes; here only the project's and its packages' count.
 */
export function changedMacros(earlier: EarlierManifest, manifest: Manifest): (node: GraphNode) => string | undefined {
	/** Of each macro, the changed one that it is or leads to. */
	const leadsTo = new Map<string, string>();
	for (const { unique_id: id, macro_sql } of manifest.macros.values())
		if (!BUILT_IN.test(id) && earlier.macros.get(id) !== macro_sql) leadsTo.set(id, id);
	const callers = new Map<string, string[]>();
	for (const macro of manifest.macros.values())
		for (const called of macro.depends_on?.macros ?? []) {
			const list = callers.get(called);
			if (list === undefined) callers.set(called, [macro.unique_id]);
			else list.push(macro.unique_id);
		}
	for (const [id, changed] of leadsTo)
		for (const caller of callers.get(id) ?? []) if (!leadsTo.has(caller)) leadsTo.set(caller, changed);
	return (node) => {
		if (leadsTo.size === 0 || !("depends_on" in node)) return undefined;
		for (const id of node.depends_on.macros) {
			const changed = leadsTo.get(id);
			if (changed !== undefined) return changed;
		}
		return undefined;
	};
}
