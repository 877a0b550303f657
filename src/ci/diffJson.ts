import { TFM_VERSION } from "../core/version.ts";
import type { ChangeReview, ReviewedNode } from "./changeReview.ts";

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

const entry = ({ id, change, risk, reasons, columns, rows }: ReviewedNode) => ({
	id,
	change: change === "meta" ? "modified" : change,
	category: CATEGORIES[risk],
	reasons,
	columns: columns.map(({ name, change: what, before, after, breaks }) => ({
		name,
		change: what,
		...(before === null ? {} : { before }),
		...(after === null ? {} : { after }),
		breaks,
	})),
	...(rows === undefined ? {} : { rows }),
});
