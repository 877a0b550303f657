import { join } from "node:path";
import { fail } from "../core/diagnostic.ts";
import { foundVersion, type Json, objectOf, stringsOf, textOf } from "./artifact.ts";
import { DATA_VERSION, type DiffData, type DiffEntry, type DiffFinding, type DiffRows } from "./siteData.ts";
import { arrayOf, readSmallJson } from "./sourceAges.ts";

const VERSION = "tfm.diff/1";
const CHANGES: readonly string[] = ["added", "removed", "modified", "reached"];

/**
 * diff.json, which a comparison with another state leaves in the target folder (its form: ADR 0042); null: there is
 * none. Throws TFM-DOCS-001 for another version, TFM-DOCS-002 for what cannot be read.
 */
export function readDiff(target: string): DiffData | null {
	const json = readSmallJson(target, "diff.json");
	if (json === null) return null;
	const version = textOf(objectOf(json.metadata).schema_version);
	if (version !== VERSION)
		fail("TFM-DOCS-001", { file: join(target, "diff.json"), found: foundVersion(version), wanted: VERSION });
	const side = (value: unknown, fallback: string) => {
		const { name, commit, url } = objectOf(value);
		return {
			name: textOf(name) || fallback,
			commit: textOf(commit).slice(0, 12),
			url: /^https?:\/\//i.test(textOf(url)) ? textOf(url) : "",
		};
	};
	return {
		v: DATA_VERSION,
		base: side(json.base, "another state"),
		head: side(json.head, "this state"),
		findings: arrayOf(json.findings).map((value): DiffFinding => {
			const finding = objectOf(value);
			return {
				severity: finding.severity === "error" ? "error" : "warn",
				code: textOf(finding.code),
				says: textOf(finding.says),
				node: textOf(finding.node) || null,
				path: textOf(finding.path),
				line: typeof finding.line === "number" ? finding.line : null,
			};
		}),
		nodes: arrayOf(json.nodes).map((value) => entryOf(objectOf(value))),
	};
}

function entryOf(node: Json): DiffEntry {
	const tests = objectOf(node.tests);
	return {
		id: textOf(node.id),
		change: CHANGES.includes(textOf(node.change)) ? (node.change as DiffEntry["change"]) : "modified",
		category: textOf(node.category) || null,
		reasons: stringsOf(node.reasons),
		columns: arrayOf(node.columns).map((entry) => {
			const column = objectOf(entry);
			return {
				name: textOf(column.name),
				change: textOf(column.change),
				before: textOf(column.before),
				after: textOf(column.after),
				breaks: stringsOf(column.breaks),
				rows: countOf(column.rows),
			};
		}),
		...(node.rows === undefined || node.rows === null ? {} : { rows: rowsOf(objectOf(node.rows)) }),
		...(node.tests === undefined
			? {}
			: { tests: [countOf(tests.passed) ?? 0, countOf(tests.warned) ?? 0, countOf(tests.failed) ?? 0] as const }),
	};
}

function rowsOf(rows: Json): DiffRows {
	return {
		refused: textOf(rows.refused) || null,
		base: countOf(rows.base),
		now: countOf(rows.now),
		added: countOf(rows.added),
		removed: countOf(rows.removed),
		changed: countOf(rows.changed),
		key: stringsOf(rows.key),
	};
}

const countOf = (value: unknown): number | null => (typeof value === "number" && value >= 0 ? value : null);
