import { existsSync } from "node:fs";
import { join } from "node:path";
import { artifactEntries, objectOf, textOf } from "./artifact.ts";
import type { Spool } from "./spool.ts";

/** The SQL of an earlier state's manifest, for comparing; a folder without one compares with nothing. */
export function spoolState(folder: string, spool: Spool): void {
	const path = join(folder, "manifest.json");
	if (!existsSync(path)) return;
	for (const { section, key, value } of artifactEntries(path, new Set(["nodes"]))) {
		const node = objectOf(value);
		if (section !== "nodes" || node.resource_type === "test") continue;
		spool.add(key, { kind: "before", raw: textOf(node.raw_code) });
	}
}
