import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { ColumnRef } from "../core/lineage.ts";
import { suggestName } from "../core/suggestName.ts";
import { type Direction, indexLineage } from "../sql/traceColumns.ts";
import { analyzeAndKeep, knownLineage } from "./columnLineage/analysisOf.ts";
import { type FoundLineage, foundLineage } from "./columnLineage/foundLineage.ts";
import { lineageJson, lineageMermaid } from "./columnLineage/lineageForms.ts";
import { columnText, modelText, overviewText } from "./columnLineage/lineageText.ts";
import { openEvents } from "./commandEvents.ts";
import { displayName } from "./displayName.ts";
import { type OpenProject, openProject } from "./openProject.ts";

/**
 * `tfm lineage MODEL[.COLUMN]`: where columns come from and what is made from them; without a name, how much of the
 * project is understood. Writes target/lineage.columns.json, where that does not stand as it would be written.
 */
export async function lineageCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { extra } = invocation.flags;
	const known = await knownLineage(invocation, project);
	if (typeof extra.model !== "string" && extra.output !== "json") {
		const { counts } = known ?? (await lookAtAll(invocation, project));
		return print(invocation, project, () => overviewText(counts));
	}
	const lineage = known?.open() ?? (await lookAtAll(invocation, project));
	return print(invocation, project, () =>
		typeof extra.model === "string" ? textOf(lineage, extra.model, extra) : `${JSON.stringify(lineage.whole())}\n`,
	);
}

/** What there is to say of the project is told first, also where the text turns out to be a mistake. */
function print(invocation: Invocation, project: OpenProject, text: () => string): ExitCode {
	const events = openEvents(invocation, project);
	invocation.stdout.write(text());
	events.close();
	return 0;
}

function textOf(lineage: FoundLineage, name: string, extra: Invocation["flags"]["extra"]): string {
	const { node, column } = namedColumn(name, lineage);
	const index = indexLineage(lineage);
	const directions: readonly Direction[] =
		extra.upstream === extra.downstream
			? ["upstream", "downstream"]
			: extra.upstream === true
				? ["upstream"]
				: ["downstream"];
	const columns = lineage.nodeOf(node)!.columns.map(({ name }) => name);
	const starts = (column === undefined ? columns : [column]).map((name): ColumnRef => ({ node, column: name }));
	const view = { lineage, index, directions, starts, nameOf: lineage.nameOf };
	if (extra.output === "json") return lineageJson(view);
	if (extra.output === "mermaid") return lineageMermaid(view);
	if (column === undefined && extra.upstream === extra.downstream) return modelText(view, node);
	return starts.map((start) => columnText(view, start)).join("\n");
}

const lookAtAll = async (invocation: Invocation, project: OpenProject): Promise<FoundLineage> =>
	foundLineage((await analyzeAndKeep(invocation, project)).lineage, displayName(project));

interface Named {
	readonly node: string;
	readonly column?: string;
}

/** `orders`, `raw.orders`, a unique id; a column after the last of the name's dots. */
function namedColumn(written: string, { ids, nodeOf, nameOf }: FoundLineage): Named {
	const byName = new Map(ids.map((id) => [nameOf(id), id]));
	const find = (name: string): string | undefined => (nodeOf(name) === undefined ? byName.get(name) : name);
	const whole = find(written);
	if (whole !== undefined) return { node: whole };
	for (let dot = written.lastIndexOf("."); dot > 0; dot = written.lastIndexOf(".", dot - 1)) {
		const node = find(written.slice(0, dot));
		if (node === undefined) continue;
		const column = written.slice(dot + 1);
		const known = nodeOf(node)!.columns.map(({ name }) => name);
		const meant =
			known.find((name) => name === column) ?? known.find((name) => name.toLowerCase() === column.toLowerCase());
		if (meant !== undefined) return { node, column: meant };
		fail("TFM-SQL-009", { node: nameOf(node), column, known });
	}
	fail("TFM-SQL-008", { name: written, suggestion: suggestName(written, byName.keys()) });
}
