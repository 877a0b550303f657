import type { Diagnostic } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { sortDiagnostics } from "../core/sortDiagnostics.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import { checkFindings } from "./checkFindings.ts";
import { analysisOf } from "./columnLineage/analysisOf.ts";
import { analysedNodes } from "./columnLineage/compiledSql.ts";
import { openEvents } from "./commandEvents.ts";
import { openProject } from "./openProject.ts";
import { ruleFindings } from "./ruleFindings.ts";
import { selectIds } from "./selectFor.ts";

/** Marks of personal data are looked at where it arrives, too. */
export const CHECKED = ["model", "snapshot", "seed", "source"] as const;

/**
 * `tfm check`: what looks wrong in the SQL of the selected models, and personal data in layers that forbid it, and
 * what breaks the rules of the project file. Remarks
 * are warnings; with --strict they are errors. Exit code 1 when there is an error.
 */
export async function checkCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { flags, stdout } = invocation;
	const { ids, warnings } = selectIds(invocation, project, { all: CHECKED });
	const analysed = await analysisOf(invocation, project);
	const { lineage } = analysed;
	const selected = new Set(ids);
	const nodes = analysedNodes(project).filter(({ unique_id: id }) => selected.has(id));
	const marked = ids.flatMap((id) => findNode(project.manifest, id) ?? []);
	const remarks = checkFindings(project, analysed)(nodes, marked);
	// What a rule says of the project, or of what nobody can select here, is told where nothing was selected.
	const whole = flags.select.length === 0 && flags.exclude.length === 0 && flags.selector === undefined;
	const rules = (await ruleFindings(project, { invocation, analysed: async () => analysed })).flatMap(
		({ node, diagnostic }) => (whole || (node !== null && selected.has(node)) ? [diagnostic] : []),
	);
	const found = sortDiagnostics([...remarks, ...rules]);
	const judged = flags.extra.strict === true ? found.map(asError) : judgeWarnings(found, flags);
	const events = openEvents(invocation, project);
	const errors = judged.filter(({ severity }) => severity === "error").length;
	const columns = nodes.reduce((sum, { unique_id: id }) => sum + lineage.nodes[id]!.columns.length, 0);
	const summary = { models: nodes.length, columns, errors, warnings: judged.length - errors };
	for (const remark of warnings) events({ event: "diagnostic", diagnostic: remark }, "warn");
	if (flags.extra.output === "json") stdout.write(`${JSON.stringify({ diagnostics: judged, summary })}\n`);
	else {
		for (const one of judged)
			events({ event: "diagnostic", diagnostic: one }, one.severity === "error" ? "error" : "warn");
		events({ event: "message", text: summaryText(summary), node_id: null, print: true });
	}
	events.close();
	return errors > 0 ? 1 : 0;
}

const asError = (one: Diagnostic): Diagnostic => ({ ...one, severity: "error" });

interface Summary {
	readonly models: number;
	readonly columns: number;
	readonly errors: number;
	readonly warnings: number;
}

function summaryText({ models, columns, errors, warnings }: Summary): string {
	const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;
	return `${count(models, "model")} read, ${count(columns, "column")}: ${count(errors, "error")}, ${count(warnings, "warning")}`;
}
