import { objectOf, stringsOf, textOf } from "./artifact.ts";
import { DATA_VERSION, type DiffData, type DiffEntry } from "./siteData.ts";
import { arrayOf, readSmallJson } from "./sourceAges.ts";

const CHANGES: readonly string[] = ["added", "removed", "modified"];

/** diff.json, which a comparison with another state leaves in the target folder; null: there is none. */
export function readDiff(target: string): DiffData | null {
	const json = readSmallJson(target, "diff.json");
	if (json === null) return null;
	return {
		v: DATA_VERSION,
		base: textOf(json.base) || "another state",
		nodes: arrayOf(json.nodes).map((value): DiffEntry => {
			const node = objectOf(value);
			const rows = objectOf(node.rows);
			const count = (key: string): number => (typeof rows[key] === "number" ? (rows[key] as number) : 0);
			return {
				id: textOf(node.id),
				change: CHANGES.includes(textOf(node.change)) ? (node.change as DiffEntry["change"]) : "modified",
				reasons: stringsOf(node.reasons),
				category: textOf(node.category) || null,
				columns: arrayOf(node.columns).map((entry) => {
					const column = objectOf(entry);
					return { name: textOf(column.name), change: textOf(column.change), says: textOf(column.says) };
				}),
				...(node.rows === undefined
					? {}
					: {
							rows: {
								base: count("base"),
								now: count("now"),
								added: count("added"),
								removed: count("removed"),
								changed: count("changed"),
							},
						}),
			};
		}),
	};
}
