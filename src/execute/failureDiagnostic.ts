import type { DatabaseError } from "../core/databaseError.ts";
import { type Diagnostic, diagnostic, type RelatedPlace, TfmError } from "../core/diagnostic.ts";
import type { Batch } from "../core/eventTime.ts";
import type { Location } from "../core/location.ts";
import type { GraphNode } from "../core/node.ts";
import { durationText } from "../core/readDuration.ts";
import { sqlPath } from "../core/sqlPath.ts";
import type { Run } from "./run.ts";
import { databaseErrorOf, isOverdue, StatementFailed, timeoutOf } from "./statement.ts";

const executedPath = (run: Run, node: GraphNode, batch?: Batch): string =>
	`${run.job.targetPath}/${sqlPath("run", node, batch?.label)}`;

/** The marked line of the executed SQL, with published names in it. */
function placeInSql(
	run: Run,
	error: DatabaseError,
	node: GraphNode,
	batch: Batch | undefined,
): { readonly at: Location; readonly source: string } | null {
	const { sql, position } = error;
	if (sql === undefined || position === undefined) return null;
	const before = sql.slice(0, position - 1);
	const lineStart = before.lastIndexOf("\n") + 1;
	const lineEnd = sql.indexOf("\n", lineStart);
	const line = sql.slice(lineStart, lineEnd === -1 ? undefined : lineEnd);
	return {
		at: {
			file: executedPath(run, node, batch),
			line: before.split("\n").length,
			column: run.toPublished(before.slice(lineStart)).length + 1,
		},
		source: run.toPublished(line),
	};
}

const isHook = (purpose: string): boolean => purpose === "pre-hook" || purpose === "post-hook";

/** More mistakes of one node than this are not listed beside the first. */
const LISTED = 10;

/** All mistakes of a node as one: the first, with the places of the others. */
function joined(diagnostics: readonly Diagnostic[]): Diagnostic {
	const [first, ...more] = diagnostics;
	if (first === undefined) throw new Error("an error without a diagnostic");
	const places = more.slice(0, LISTED).flatMap(({ at, source, message }): RelatedPlace[] => {
		if (at === undefined) return [];
		return [source === undefined ? { label: message, at } : { label: message, at, source }];
	});
	return places.length === 0 ? first : { ...first, related: [...first.related, ...places] };
}

/** What a node's failure says. TfmErrors say it themselves; a driver's refusal is worded here, everything else is a defect. */
export function failureDiagnostic(run: Run, node: GraphNode, error: unknown, batch?: Batch): Diagnostic {
	const declared: RelatedPlace = { label: "declared here", at: node.location };
	const name = node.name;
	if (error instanceof TfmError && error.diagnostics[0] !== undefined) return joined(error.diagnostics);
	const refused = databaseErrorOf(error);
	if (refused === null) {
		const message = error instanceof Error ? error.message : String(error);
		return diagnostic("TFM-RUN-012", { node: name, message }, { at: node.location });
	}
	const message = run.toPublished(refused.message);
	const deadline = run.deadlines.get(node.unique_id);
	if (refused.kind === "timeout" && deadline !== undefined && isOverdue(run, node.unique_id))
		return diagnostic("TFM-RUN-041", { node: name, limit: durationText(deadline.limitMs) }, { at: node.location });
	if (refused.kind === "timeout") {
		// The limit of the run or the node is told with its seconds; the role's or the server's may be shorter than that.
		const limit = timeoutOf(run, node.unique_id);
		const byServer = limit === null || !message.endsWith(` ${limit / 1000} s`);
		return diagnostic("TFM-RUN-004", { node: name, byServer, message }, { at: node.location });
	}
	if (refused.kind === "connection") return diagnostic("TFM-RUN-005", { node: name, message }, { at: node.location });
	const purpose = error instanceof StatementFailed ? error.purpose : "";
	if (isHook(purpose))
		return diagnostic(
			"TFM-RUN-009",
			{ label: `the ${purpose} of ${name}`, message, sqlstate: refused.sqlstate, hint: refused.hint },
			{ at: node.location },
		);
	if (purpose === "index") {
		const facts = {
			node: name,
			message,
			statement: run
				.toPublished(refused.sql ?? "")
				.replace(/\s+/g, " ")
				.trim(),
		};
		return diagnostic("TFM-RUN-031", facts, { at: node.location });
	}
	const place = placeInSql(run, refused, node, batch);
	return diagnostic(
		"TFM-RUN-001",
		{
			node: name,
			message,
			sqlstate: refused.sqlstate,
			detail: refused.detail === undefined ? undefined : run.toPublished(refused.detail),
			hint: refused.hint,
			executed: executedPath(run, node, batch),
			marked: place !== null,
		},
		place === null ? { at: node.location } : { ...place, related: [declared] },
	);
}
