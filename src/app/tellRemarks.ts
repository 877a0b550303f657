import type { Config } from "../core/config.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import { printDiagnostics } from "../report/report.ts";
import { readSourceLine } from "./readSourceLine.ts";

/** Remarks of a command that has no event stream, each once. Throws those that the flags make errors of. */
export function tellRemarks(found: readonly Diagnostic[], config: Config, invocation: Invocation): void {
	const distinct = [...new Map(found.map((d) => [JSON.stringify([d.message, d.at]), d])).values()];
	const warnings = judgeWarnings(distinct, invocation.flags);
	if (warnings.length === 0) return;
	const { output, env, stdout, stderr, clock } = invocation;
	const readLine = readSourceLine(config.project.root);
	printDiagnostics(warnings, {
		output,
		env,
		stdout,
		stderr,
		now: clock(),
		readLine,
		elapsedMs: null,
		secrets: config.secrets,
	});
}
