import { TFM_VERSION } from "../core/version.ts";
import type { ChangeReview, ReviewedNode, RowReview } from "./changeReview.ts";

/** target/diff.json (ADR 0042): the review for the docs site and other tools. It holds names and counts, never a value. */
export function diffJson(
	review: ChangeReview,
	at: { readonly generatedAt: string; readonly url: string | null },
): string {
	const { base, head, ref, findings, nodes } = review;
	const document = {
		metadata: { schema_version: "tfm.diff/1", generated_at: at.generatedAt, tfm_version: TFM_VERSION },
		base: { name: ref, commit: base },
		head: { name: "this change", commit: head ?? "", ...(at.url === null ? {} : { url: at.url }) },
		findings: findings.map(({ node, diagnostic: { severity, code, message, at: place } }) => ({
			severity: severity === "error" ? "error" : "warn",
			code,
			says: message,
			node,
			path: place?.file ?? "",
			line: place?.line ?? null,
		})),
		nodes: nodes.filter(({ change }) => change !== "moved").map(entry),
	};
	return `${JSON.stringify(document, null, 1)}\n`;
}

const CATEGORIES = { breaking: "breaking", risky: "risky", safe: "non-breaking", none: "none" } as const;

const entry = ({ id, change, risk, reasons, columns, rows, tests }: ReviewedNode) => ({
	id,
	change: change === "meta" ? "modified" : change,
	category: CATEGORIES[risk],
	reasons,
	...(tests === undefined ? {} : { tests }),
	columns: [
		...columns.map(({ name, change: what, before, after, breaks }) => ({
			name,
			change: what,
			...(before === null ? {} : { before }),
			...(after === null ? {} : { after }),
			...rowsIn(rows, name),
			breaks,
		})),
		// Rows differ in columns whose own expression is as it was.
		...changedColumns(rows)
			.filter(({ name }) => !columns.some((column) => column.name === name))
			.map(({ name, rows: changed }) => ({ name, change: "values", rows: changed, breaks: [] })),
	],
	...(rows === undefined ? {} : { rows: counts(rows) }),
});

const changedColumns = (rows: RowReview | undefined) => (rows?.kind === "compared" ? rows.columns : []);

function rowsIn(rows: RowReview | undefined, column: string): { readonly rows?: number } {
	const found = changedColumns(rows).find(({ name }) => name === column);
	return found === undefined ? {} : { rows: found.rows };
}

/** A missing count was not counted, which is not zero. */
function counts(rows: RowReview) {
	switch (rows.kind) {
		case "refused":
			return { refused: rows.because };
		case "counted":
			return { now: rows.now };
		case "compared":
			return {
				base: rows.rows.base,
				now: rows.rows.now,
				added: rows.added,
				removed: rows.removed,
				...(rows.changed === null ? {} : { changed: rows.changed }),
				key: rows.key,
			};
	}
}
