import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { NodeId } from "../core/node.ts";
import type { OpenProject } from "./openProject.ts";

const BYTES = new TextEncoder();

/**
 * Names that the database would cut or refuse, found before anything runs: Postgres cuts a name at 63 bytes without a
 * word that anybody reads, and two models could meet in one relation. dbt refuses the same. Throws all together
 * (TFM-APP-013).
 */
export function checkNames(project: OpenProject, selected: ReadonlySet<NodeId>): void {
	const { maxIdentifierBytes: maxBytes, isReservedSchema } = project.engine.dialect;
	const problems: Diagnostic[] = [];
	for (const id of [...selected].sort()) {
		const node = project.manifest.nodes.get(id);
		if (node === undefined || !["model", "seed", "snapshot"].includes(node.resource_type)) continue;
		if (node.resource_type === "operation" || node.config.materialized === "ephemeral") continue;
		for (const [what, name] of [
			["relation", node.alias],
			["schema", node.schema],
		] as const) {
			const bytes = BYTES.encode(name).length;
			const problem =
				name === ""
					? "is empty"
					: name.includes("\0")
						? "holds a zero byte"
						: bytes > maxBytes
							? `has ${bytes} bytes, ${maxBytes} are allowed`
							: what === "schema" && isReservedSchema(name)
								? "is reserved: the database keeps such names for itself"
								: null;
			if (problem !== null)
				problems.push(
					diagnostic(
						"TFM-APP-013",
						{ node: node.name, what, name: name.replaceAll("\0", "\\0"), problem },
						{ at: node.location },
					),
				);
		}
	}
	if (problems.length > 0) throw new TfmError(problems);
}
