import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { suggestName } from "../core/suggestName.ts";
import { landingWatermark } from "../load/landingWatermark.ts";
import { withDatabase } from "./database.ts";
import { openProject } from "./openProject.ts";

/** `tfm watermark raw.orders`: how far a landing table is loaded, for a command that fetches what came after. */
export async function watermarkCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { source: asked, default: fallback = "" } = invocation.flags.extra;
	const name = String(asked).replace(/^source:/, "");
	const loads = [...project.manifest.sources.values()].filter((source) => source.load !== null);
	const source = loads.find((s) => `${s.source_name}.${s.name}` === name || s.name === name);
	if (source === undefined) {
		const known = loads.map((s) => `${s.source_name}.${s.name}`);
		fail("TFM-APP-018", { name, suggestion: suggestName(name, known) });
	}
	const { dialect } = project.engine;
	const highest = await withDatabase(invocation, project, ({ session }) => landingWatermark(session, dialect, source));
	invocation.stdout.write(`${highest ?? String(fallback)}\n`);
	return 0;
}
