import type { Diagnostic } from "../core/diagnostic.ts";
import type { OutputOptions, OutputStream } from "../core/invocation.ts";
import { diagnosticText, type ReadLine } from "./diagnosticText.ts";
import { count, seconds } from "./figures.ts";
import { createLook } from "./look.ts";
import { createRedactor } from "./redact.ts";

export interface DiagnosticsPrinting {
	readonly output: OutputOptions;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly stdout: OutputStream;
	readonly stderr: OutputStream;
	readonly now: Date;
	readonly readLine: ReadLine;
	/** The last line "2 errors, nothing was run (0.2s)"; null for mistakes in the command line itself. */
	readonly elapsedMs: number | null;
	/** A run had begun, so that the last line does not say that nothing was run. */
	readonly begun?: boolean;
	/** Values that no output may show. */
	readonly secrets?: readonly string[];
	/** Where events were emitted before, so that a JSON reader can join them. */
	readonly runId?: string;
}

/**
 * Prints collected mistakes and remarks: text to stderr, or with `--log-format events` one `diagnostic` event a line to
 * stdout. `-qq` prints nothing; the exit code says it.
 */
export function printDiagnostics(found: readonly Diagnostic[], printing: DiagnosticsPrinting): void {
	const { output } = printing;
	const diagnostics = createRedactor(printing.secrets ?? [])(found);
	if (output.logFormat === "events") {
		diagnostics.forEach((diagnostic, index) => {
			const stamp = { v: 1, ts: printing.now.toISOString(), level: diagnostic.severity === "error" ? "error" : "warn" };
			const event = { ...stamp, event: "diagnostic", run_id: printing.runId ?? "", seq: index + 1, diagnostic };
			printing.stdout.write(`${JSON.stringify(event)}\n`);
		});
		return;
	}
	if (output.verbosity === -2) return;
	const look = createLook(printing.stderr, output, printing.env);
	const shown = output.verbosity === -1 ? diagnostics.filter((d) => d.severity === "error") : diagnostics;
	for (const diagnostic of shown) {
		printing.stderr.write(`${diagnosticText(diagnostic, look, printing.readLine)}\n`);
	}
	const errors = diagnostics.filter((d) => d.severity === "error").length;
	if (printing.elapsedMs === null || errors === 0) return;
	const what = printing.begun === true ? "after the run had begun" : "nothing was run";
	const text = `${count(errors, "error")}, ${what} (${seconds(printing.elapsedMs / 1000)})`;
	printing.stderr.write(`\n ${look.paint("bad", text)}\n`);
}
