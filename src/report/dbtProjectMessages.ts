import type { LogMessage } from "../core/logMessage.ts";
import type { Manifest } from "../core/manifest.ts";
import type { NodeId, OperationNode } from "../core/node.ts";
import { TFM_VERSION } from "../core/version.ts";
import { dbtMessage } from "./dbtMessage.ts";
import type { HookPlace } from "./dbtMessages.ts";
import { count } from "./figures.ts";

/** dbt's word for what it counts, where it is not the kind's own name. */
const WORDS: { readonly [kind: string]: string } = { test: "data test" };

/** What dbt says when a project has been read: which database it is for, and what was found in it. */
export function projectMessages(manifest: Manifest, adapter: string, ts: string): readonly LogMessage[] {
	const found = new Map<string, number>();
	for (const node of manifest.nodes.values()) found.set(node.resource_type, (found.get(node.resource_type) ?? 0) + 1);
	const more = {
		source: manifest.sources,
		exposure: manifest.exposures,
		metric: manifest.metrics,
		macro: manifest.macros,
		group: manifest.groups,
		semantic_model: manifest.semanticModels,
		saved_query: manifest.savedQueries,
		unit_test: manifest.unitTests,
	};
	for (const [kind, members] of Object.entries(more)) if (members !== undefined) found.set(kind, members.size);
	const stat_line = [...found]
		.filter(([, n]) => n > 0)
		.map(([kind, n]) => counted(n, WORDS[kind] ?? kind.replace("_", " ")))
		.join(", ");
	return [
		dbtMessage("AdapterRegistered", `Registered adapter: ${adapter}=${TFM_VERSION}`, {
			ts,
			data: { adapter_name: adapter, adapter_version: `=${TFM_VERSION}` },
		}),
		dbtMessage("FoundStats", `Found ${stat_line}`, { ts, data: { stat_line } }),
	];
}

function counted(n: number, word: string): string {
	if (n !== 1 && word === "analysis") return `${n} analyses`;
	if (n !== 1 && word === "saved query") return `${n} saved queries`;
	return count(n, n === 1 && word === "data test" ? "test" : word);
}

/** The project's hooks by id, numbered as dbt numbers them. */
export function hookPlaces(manifest: Manifest): ReadonlyMap<NodeId, HookPlace> {
	const operations = [...manifest.nodes.values()].filter((n): n is OperationNode => n.resource_type === "operation");
	const places = new Map<NodeId, HookPlace>();
	for (const kind of ["on-run-start", "on-run-end"]) {
		const hooks = operations.filter((node) => node.name.includes(`-${kind}-`)).sort((a, b) => a.index - b.index);
		hooks.forEach((hook, at) => {
			const number = hook.name.slice(hook.name.lastIndexOf("-") + 1);
			places.set(hook.unique_id, {
				statement: `${hook.package_name}.${kind}.${number}`,
				atEnd: kind === "on-run-end",
				index: at + 1,
				total: hooks.length,
			});
		});
	}
	return places;
}
