import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { ManifestPorts } from "./ports.ts";
import type { SourceDraft } from "./sourceDrafts.ts";

/** Mistakes in the `load:` blocks of landing tables, each at its key. A block of a whole source is looked at once. */
export function checkLoads(sources: readonly SourceDraft[], ports: ManifestPorts, problems: Diagnostic[]): void {
	for (const { entry, path, load, loadPath, config, source_name, name } of sources) {
		const isShared = loadPath[0] !== "tables";
		if (load === null || config.enabled === false || (isShared && path[1] !== 0)) continue;
		const table = isShared ? source_name : `${source_name}.${name}`;
		for (const { problem, hint, path: at } of ports.loadMistakes(load))
			problems.push(diagnostic("TFM-LOAD-010", { table, problem, hint }, entry.at([...loadPath, ...at], "key")));
	}
}
