import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { ModelNode, NodeId } from "../core/node.ts";

/**
 * Models past their `deprecation_date`, and the models that read one that has such a date at all (dbt: DeprecatedModel,
 * DeprecatedReference, UpcomingReferenceDeprecation). `dated`: those that have one (datedModels).
 */
export function modelDeprecations(manifest: Manifest, dated: readonly NodeId[], now: Date): readonly Diagnostic[] {
	const found: Diagnostic[] = [];
	for (const id of dated) {
		const node = manifest.nodes.get(id);
		if (node?.resource_type !== "model" || node.deprecation_date === null) continue;
		const date = node.deprecation_date;
		const version = node.version === null ? "" : `.v${node.version}`;
		const past = Date.parse(date) < now.getTime();
		if (past)
			found.push(
				diagnostic(
					"TFM-PARSE-057",
					{ model: `${node.name}${version}`, name: node.name, version: textOf(node.version), date },
					{ at: node.location, severity: "warning" },
				),
			);
		const ref = {
			package: node.package_name,
			name: node.name,
			version: textOf(node.version),
			latest: textOf(node.latest_version),
		};
		const facts = { model: `${node.name}${version}`, date, newer: newerReference(node), ref };
		for (const id of manifest.children.get(node.unique_id) ?? []) {
			const child = manifest.nodes.get(id);
			if (child?.resource_type !== "model") continue;
			const code = past ? "TFM-PARSE-059" : "TFM-PARSE-058";
			found.push(diagnostic(code, { ...facts, reader: child.name }, { at: child.location, severity: "warning" }));
		}
	}
	return found;
}

const textOf = (version: string | number | null): string | null => (version === null ? null : String(version));

/** How to read the latest version, where the model is not it. */
const newerReference = ({ version, latest_version: latest, package_name, name }: ModelNode): string | undefined =>
	version === null || String(version) === String(latest)
		? undefined
		: `ref('${package_name}', '${name}', v='${latest}')`;

/** Models that somebody set a date of deprecation for: what is said of them hangs on the day. */
export const datedModels = ({ nodes }: Manifest): readonly NodeId[] =>
	[...nodes.values()].flatMap((node) =>
		node.resource_type === "model" && node.deprecation_date !== null ? [node.unique_id] : [],
	);
