import type { DatabaseError } from "../core/databaseError.ts";
import { type Diagnostic, EphemeralModelError, TfmError } from "../core/diagnostic.ts";
import type { GraphNode, NodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { sqlPath } from "../core/sqlPath.ts";
import type { Run } from "./run.ts";
import { databaseErrorOf } from "./statement.ts";

/** The server's words as libpq puts them: the message, the line it points at, detail and hint. */
function serverText(run: Run, error: DatabaseError): string[] {
	const lines = run.toPublished(error.message).split("\n");
	const { sql, position } = error;
	if (sql !== undefined && position !== undefined) {
		const before = sql.slice(0, position - 1);
		const start = before.lastIndexOf("\n") + 1;
		const end = sql.indexOf("\n", start);
		const label = `LINE ${before.split("\n").length}: `;
		lines.push(`${label}${run.toPublished(sql.slice(start, end === -1 ? undefined : end))}`);
		lines.push(`${" ".repeat(label.length + run.toPublished(before.slice(start)).length)}^`);
	}
	if (error.detail !== undefined) lines.push(`DETAIL:  ${error.detail}`);
	if (error.hint !== undefined) lines.push(`HINT:  ${error.hint}`);
	return lines;
}

const REFUSALS: ReadonlySet<string> = new Set(["TFM-JINJA-024", "TFM-RUN-009", "TFM-FRESH-002", "TFM-FRESH-007"]);

/** What dbt raises outside of templates and the database. */
const RUNTIME: ReadonlySet<string> = new Set(["TFM-APP-013"]);

/** What dbt adds to every use of an undefined name. */
const OF_UNDEFINED =
	'This can happen when calling a macro that does not exist. Check for typos and/or install package dependencies with "dbt deps".';

/** The ephemeral model in whose text a node failed, as its result tells it. */
export function failedModel(run: Run, error: unknown): Pick<NodeResult, "failedIn" | "failedOutside"> {
	if (!(error instanceof EphemeralModelError)) return {};
	const { model } = error;
	return { failedIn: model, ...(run.job.selected.has(model as NodeId) ? {} : { failedOutside: true }) };
}

const isDatabase = (found: Diagnostic): boolean => REFUSALS.has(found.code);

function kindOf(error: unknown, found: Diagnostic): string {
	if (databaseErrorOf(error) !== null || isDatabase(found)) return "Database";
	return error instanceof TfmError && !RUNTIME.has(found.code) ? "Compilation" : "Runtime";
}

/**
 * A failed node's `message` in run_results.json, in dbt's form, which scripts look at: the kind of error with the node
 * and its file, then what was said, indented, and where the SQL as executed is. The terminal shows the diagnostic.
 */
export function failureMessage(run: Run, node: GraphNode, error: unknown, found: Diagnostic): string {
	const refused = databaseErrorOf(error);
	const told = [found.message, ...(found.dbt === undefined ? [] : [found.dbt])];
	if (found.code === "TFM-JINJA-010") told[0] += `. ${OF_UNDEFINED}`;
	const lines = refused === null ? told.join("\n").split("\n") : serverText(run, refused);
	if (refused !== null) lines.push(`compiled code at ${run.job.targetPath}/${sqlPath("run", node)}`);
	const { failedIn, failedOutside } = failedModel(run, error);
	const failed = (failedOutside === true ? run.job.manifest.nodes.get(failedIn as NodeId) : undefined) ?? node;
	const head = `${kindOf(error, found)} Error in ${failed.resource_type} ${failed.name} (${failed.original_file_path})`;
	return [head, ...lines.map((line) => `  ${line}`)].join("\n");
}

/** What the log says of a function's signature that could not be created, in dbt's form. */
export function overloadFailureMessage(run: Run, error: unknown, found: Diagnostic): string {
	const refused = databaseErrorOf(error);
	const lines = refused === null ? found.message.split("\n") : serverText(run, refused);
	return [`${kindOf(error, found)} Error`, ...lines.map((line) => `  ${line}`)].join("\n");
}

/** The `message` of a hook that failed: what the server said, or the template, without what a node's has around it (dbt). */
export function hookFailureMessage(run: Run, label: string, error: unknown, found: Diagnostic): string {
	const refused = databaseErrorOf(error);
	const told = refused === null ? [found.dbt ?? found.message] : serverText(run, refused);
	return `${label} failed, error:\n ${told.join("\n")}`;
}
