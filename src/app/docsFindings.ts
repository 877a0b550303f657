import type { SiteFinding } from "../docs/docs.ts";
import { modelRemarks } from "./ci/modelRemarks.ts";
import type { FoundAnalysis } from "./columnLineage/analysisOf.ts";
import type { OpenProject } from "./openProject.ts";

/** What `tfm check` says of the SQL of each node, for its page: errors first. */
export function siteFindings(
	project: OpenProject,
	analysed: FoundAnalysis,
): ReadonlyMap<string, readonly SiteFinding[]> {
	const found = new Map<string, SiteFinding[]>();
	for (const { node, diagnostic } of modelRemarks(project, analysed)) {
		if (node === null) continue;
		const { severity, code, message: says, hint = null, at } = diagnostic;
		const one = { severity, code, says, hint, path: at?.file ?? "", line: at?.line ?? null };
		found.set(node, [...(found.get(node) ?? []), one]);
	}
	for (const list of found.values()) list.sort((a, b) => rank(a) - rank(b));
	return found;
}

const rank = ({ severity }: SiteFinding): number => (severity === "error" ? 0 : 1);
