import type { Invocation } from "../core/invocation.ts";
import { dbtMessage } from "../report/report.ts";

/** dbt's classes of what it writes: tools find the files of a command by them. */
type ArtifactType =
	| "CatalogArtifact"
	| "FreshnessResult"
	| "RunExecutionResult"
	| "SemanticManifest"
	| "WritableManifest";

/** dbt's debug line about a file that has been written; `path` is absolute. */
export function tellArtifact(
	{ log, clock }: Pick<Invocation, "log" | "clock">,
	artifact_type: ArtifactType,
	artifact_path: string,
): void {
	const data = { artifact_type, artifact_path };
	const ts = clock().toISOString();
	log?.write(dbtMessage("ArtifactWritten", `Wrote artifact ${artifact_type} to ${artifact_path}`, { ts, data }));
}
