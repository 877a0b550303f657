/** The review as one Markdown comment: what must be looked at first, then what changed, then what that reaches. */
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ChangeReview, ColumnReview, Finding, ReviewedNode, Risk } from "./changeReview.ts";
import { buildLine, leftDetails, rowsTable } from "./dataTables.ts";
import { cell, code, counted, details, rest } from "./markdownText.ts";

export interface CommentPlace {
	/** Characters that the comment may have. */
	readonly limit: number;
	/** A page with all of it; null: there is none. */
	readonly more: string | null;
}

/** GitHub refuses a comment of more characters. */
export const COMMENT_LIMIT = 65_536;
/** GitHub's summaries of a step take 1 MiB. */
export const SUMMARY_LIMIT = 1_048_576;

/** The line by which the comment is found again. */
export const commentMarker = (project: string): string => `<!-- tfm-ci:${project.replaceAll("--", "- -")} -->`;

/** How much of it is shown: everything, no details, the first of each table, or the head alone. */
const TIERS = [
	{ rows: Number.POSITIVE_INFINITY, details: true },
	{ rows: Number.POSITIVE_INFINITY, details: false },
	{ rows: 20, details: false },
	{ rows: 0, details: false },
] as const;

/** The fullest form that fits. */
export function markdownComment(review: ChangeReview, { limit, more }: CommentPlace): string {
	const forms = TIERS.map((tier) => () => write(review, tier, more));
	for (const form of forms.slice(0, -1)) {
		const text = form();
		if (text.length <= limit) return text;
	}
	return forms.at(-1)!().slice(0, limit);
}

function write(
	review: ChangeReview,
	{ rows, details: shownInFull }: (typeof TIERS)[number],
	more: string | null,
): string {
	const parts = [commentMarker(review.project), `### ${headline(review)}`, aboutLine(review, more)];
	if (review.findings.length > 0) parts.push(findingsTable(review.findings, rows));
	const changed = review.nodes.filter(({ change }) => change !== "reached");
	if (changed.length > 0) parts.push(nodesTable(changed, rows));
	parts.push(...rowsTable(review, rows));
	if (shownInFull) parts.push(...columnDetails(changed), ...reachedDetails(review), ...leftDetails(review));
	return `${parts.join("\n\n")}\n`;
}

/** The comment of a change whose project cannot be read: the mistakes, in place of a review of an earlier commit. */
export function unreadableComment(
	project: string,
	mistakes: readonly Diagnostic[],
	{ limit, more }: CommentPlace,
): string {
	const findings = mistakes.map((diagnostic): Finding => ({ node: null, diagnostic }));
	const form = (rows: number): string =>
		`${[
			commentMarker(project),
			`### ❌ tfm: the project cannot be read`,
			["Nothing was compared: that comes first", ...(more === null ? [] : [`[all of it](${more})`])].join(" · "),
			findingsTable(findings, rows),
		].join("\n\n")}\n`;
	const text = form(Number.POSITIVE_INFINITY);
	return text.length <= limit ? text : form(20).slice(0, limit);
}

const RISK_MARKS: Readonly<Record<Risk, string>> = { breaking: "🔴", risky: "🟡", safe: "🟢", none: "⚪" };

function headline({ nodes, findings }: ChangeReview): string {
	const errors = findings.filter(({ diagnostic }) => diagnostic.severity === "error").length;
	const warnings = findings.length - errors;
	const said = [
		errors > 0 ? `❌ tfm: ${counted(errors, "error")}` : warnings > 0 ? "⚠️ tfm" : "✅ tfm",
		...(warnings > 0 ? [counted(warnings, "warning")] : []),
	].join(errors > 0 ? " · " : ": ");
	const changed = nodes.filter(({ change }) => change !== "reached" && change !== "meta" && change !== "moved");
	if (changed.length === 0)
		return `${said}${warnings + errors > 0 ? " · " : ": "}no node does anything else than before`;
	const breaking = changed.filter(({ risk }) => risk === "breaking").length;
	const what = breaking > 0 ? `, ${breaking} breaking` : "";
	return `${said}${warnings + errors > 0 ? " · " : ": "}${counted(changed.length, "node")} changed${what}`;
}

function aboutLine(review: ChangeReview, more: string | null): string {
	const { base, head, ref, nodes, unaffected } = review;
	const reached = nodes.filter(({ change }) => change === "reached").length;
	const said = [
		`${head === null ? "the files as they are (not all committed)" : `\`${head.slice(0, 7)}\``} since \`${base.slice(0, 7)}\` (merge base with \`${code(ref)}\`)`,
		...(reached > 0 ? [`${reached} reached`] : []),
		...(unaffected > 0 ? [`${unaffected} below a change and unaffected`] : []),
		...buildLine(review),
		...(more === null ? [] : [`[all of it](${more})`]),
	];
	return said.join(" · ");
}

function findingsTable(findings: readonly Finding[], rows: number): string {
	const shown = findings.slice(0, rows);
	const lines = shown.map(({ diagnostic: { severity, message, hint, code: id, at } }) => {
		const mark = severity === "error" ? "❌" : "⚠️";
		const where = at === undefined ? "" : `\`${code(at.file)}:${at.line}\``;
		return `| ${mark} | ${cell(message)}${hint === undefined ? "" : `<br>${cell(hint)}`} | ${where} | ${id} |`;
	});
	return ["**Look at this first**", "", "| | what | where | |", "|-|-|-|-|", ...lines, ...rest(findings, shown)].join(
		"\n",
	);
}

function nodesTable(nodes: readonly ReviewedNode[], rows: number): string {
	const shown = nodes.slice(0, rows);
	const lines = shown.map(
		({ risk, name, layer, change, reasons, columns, resource_type: type }) =>
			`| ${RISK_MARKS[risk]} ${cell(layer === null ? name : `${layer}.${name}`)} | ${type.replace("_", " ")} | ${cell(whatChanged(change, reasons))} | ${columnsCell(columns)} |`,
	);
	return ["| node | | what changed | columns |", "|-|-|-|-|", ...lines, ...rest(nodes, shown)].join("\n");
}

const whatChanged = (change: ReviewedNode["change"], reasons: readonly string[]): string =>
	change === "added" ? "it is new" : change === "removed" ? "it is gone" : reasons.join("; ");

const SHORT_CHANGES: Readonly<Record<ColumnReview["change"], string>> = {
	added: "+",
	removed: "−",
	renamed: "renamed",
	type: "type",
	logic: "values",
};

function columnsCell(columns: readonly ColumnReview[]): string {
	const shown = columns.slice(0, 5).map(({ name, change, after }) => {
		const target = change === "renamed" ? ` → \`${code(after ?? "")}\`` : "";
		return `${SHORT_CHANGES[change]} \`${code(name)}\`${target}`;
	});
	if (columns.length > shown.length) shown.push(`${columns.length - shown.length} more`);
	return shown.length === 0 ? "–" : shown.join(", ");
}

function columnDetails(nodes: readonly ReviewedNode[]): readonly string[] {
	const lines = nodes.flatMap(({ name, columns }) =>
		columns.map(
			({ name: column, change, before, after, risk, breaks }) =>
				`| ${RISK_MARKS[risk]} \`${code(name)}.${code(column)}\` | ${change} | ${cell(before ?? "–")} | ${cell(after ?? "–")} | ${cell(breaks.map(shortId).join(", ")) || "–"} |`,
		),
	);
	if (lines.length === 0) return [];
	const summary = counted(lines.length, "column");
	return [
		details(
			`Columns (${summary})`,
			["| column | change | before | now | breaks |", "|-|-|-|-|-|", ...lines].join("\n"),
		),
	];
}

function reachedDetails({ nodes }: ChangeReview): readonly string[] {
	const reached = nodes.filter(({ change }) => change === "reached");
	if (reached.length === 0) return [];
	const lines = reached.map(({ name, layer, owner, reasons }) => {
		const who = owner === null ? "" : ` (owner ${cell(owner)})`;
		return `- ${cell(layer === null ? name : `${layer}.${name}`)}${who}: ${cell(reasons.join("; "))}`;
	});
	return [details(`Reached by the change (${reached.length})`, lines.join("\n"))];
}

const shortId = (id: string): string => id.split(".").slice(2).join(".");
