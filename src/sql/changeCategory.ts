import type { NodeLineage } from "../core/lineage.ts";

/** `none`: the same query, written differently. `non_breaking`: columns were added, all else is as it was. */
export type ChangeCategory = "none" | "non_breaking" | "breaking";

type Compared = Pick<NodeLineage, "semantic_hash" | "outline">;

/** What a change of a model's SQL means for those who read it. What cannot be read is taken to break. */
export function changeCategory(before: Compared, after: Compared): ChangeCategory {
	if (before.semantic_hash === undefined || after.semantic_hash === undefined) return "breaking";
	if (before.semantic_hash === after.semantic_hash) return "none";
	const [old, now] = [before.outline, after.outline];
	if (old === undefined || now === undefined || old.frame !== now.frame) return "breaking";
	let kept = 0;
	const added: string[] = [];
	for (const item of now.items) {
		if (item === old.items[kept]) kept++;
		else added.push(item);
	}
	const all = kept === old.items.length;
	// An item marked so gives more rows, or one row for all.
	return all && !added.some((item) => item.endsWith("!")) ? "non_breaking" : "breaking";
}
