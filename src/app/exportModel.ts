import { resolve } from "node:path";
import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { type GraphNode, isStored, type StoredNode } from "../core/node.ts";
import { storedName } from "../core/storedName.ts";
import { EXPORT_FORMATS, type ExportFormat, exportRows } from "../export/exportRows.ts";
import { failRefused, withDatabase } from "./database.ts";
import { nearestName } from "./nodeNamed.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { selectIds } from "./selectFor.ts";

/** `tfm export orders --format parquet --output orders.parquet`: the rows of one table as it stands, as readers see it. */
export async function exportCommand(invocation: Invocation): Promise<ExitCode> {
	const { output, format } = invocation.flags.extra;
	const path = typeof output === "string" && output !== "-" ? resolve(invocation.cwd, output) : null;
	const written = formatOf(format, path);
	if (path === null && written === "parquet") fail("TFM-EXPORT-004", {});
	const project = await openProject(invocation);
	const node = exportedNode(invocation, project);
	const { dialect } = project.engine;
	const rows = await withDatabase(invocation, project, ({ session }) =>
		exportRows({
			session,
			sql: `select * from ${dialect.render(storedName(node, dialect))}`,
			format: written,
			path,
			stdout: (text) => invocation.stdout.write(text),
			dialect,
			signal: invocation.signal,
		}).catch((error: unknown) => failRefused(error, node.name)),
	);
	if (path !== null && invocation.output.verbosity >= 0)
		invocation.stderr.write(`${rows} row${rows === 1 ? "" : "s"} of ${node.name} written to ${output}\n`);
	return 0;
}

function formatOf(asked: unknown, path: string | null): ExportFormat {
	if (typeof asked === "string") return asked as ExportFormat;
	const ending = path?.split(".").at(-1);
	return EXPORT_FORMATS.find((format) => format === ending) ?? "csv";
}

type Exported = Extract<GraphNode, { readonly resource_type: "source" }> | StoredNode;

const isExported = (node: GraphNode): node is Exported =>
	node.resource_type === "source" ||
	(isStored(node) && node.resource_type !== "test" && node.config.materialized !== "ephemeral");

function exportedNode(invocation: Invocation, project: OpenProject): Exported {
	const { manifest } = project;
	const { model } = invocation.flags.extra;
	const all = [...manifest.nodes.values(), ...manifest.sources.values()].filter(isExported);
	const nameOf = (node: Exported): string =>
		node.resource_type === "source" ? `${node.source_name}.${node.name}` : node.name;
	const name = typeof model === "string" ? model.replace(/^source:/, "") : null;
	const found =
		name === null
			? selectIds(invocation, project).ids.flatMap((id) => {
					const node = findNode(manifest, id);
					return node !== undefined && isExported(node) ? [node] : [];
				})
			: all.filter((node) => nameOf(node) === name || node.unique_id === name);
	const [node] = found;
	if (node === undefined || found.length > 1 || (name === null && invocation.flags.select.length === 0)) {
		const suggestion = name === null ? undefined : nearestName(name, all.map(nameOf));
		fail("TFM-EXPORT-001", { name, found: found.map(nameOf).sort(), suggestion });
	}
	return node;
}
