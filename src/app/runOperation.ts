import type { MacroArgument } from "../core/compiler.ts";
import { fail, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { writeManifest } from "./artifacts.ts";
import { openEvents } from "./commandEvents.ts";
import { PUBLISHED, withDatabase } from "./database.ts";
import { openProject } from "./openProject.ts";

/** `tfm run-operation MACRO --args '{…}'`: calls a macro; what it asks of the database happens in one session. */
export async function runOperation(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	writeManifest(invocation, project);
	const macro = String(invocation.flags.extra.macro ?? "");
	const { registry } = project.facts;
	const [prefix, bare] = macro.includes(".") ? (macro.split(".", 2) as [string, string]) : [null, macro];
	const known =
		prefix === null
			? (registry.find(macro, project.manifest.projectName) ?? registry.findAnywhere(macro))
			: registry.findIn(prefix, bare);
	if (known === undefined)
		fail("TFM-APP-008", { macro, suggestion: registry.suggest(bare, project.manifest.projectName) });
	const args = (invocation.flags.extra.args ?? {}) as { readonly [name: string]: unknown };
	const keyword: Record<string, MacroArgument> = Object.fromEntries(
		Object.entries(args).map(([name, value]) => [name, { kind: "value", value }]),
	);

	const events = openEvents(invocation, project);
	try {
		const rendered = await withDatabase(invocation, project, (database) =>
			database.render((journal) =>
				database.compiler.renderMacro({ macro, positional: [], keyword, node: null }, journal, PUBLISHED),
			),
		);
		for (const { text, info } of rendered.messages)
			events({ event: "message", text, node_id: null, print: info }, info ? "info" : "debug");
		return 0;
	} catch (error) {
		// dbt counts a failing operation as a failed result, not as a mistake of the call.
		if (!(error instanceof TfmError)) throw error;
		for (const d of error.diagnostics) events({ event: "diagnostic", diagnostic: d }, "error");
		return 1;
	} finally {
		events.close();
	}
}
