import type { Candidate, ColumnComment } from "../../../core/adapter.ts";
import { type Diagnostic, diagnostic } from "../../../core/diagnostic.ts";
import type { NodeId } from "../../../core/node.ts";
import type { Member } from "./members.ts";

/** The column that a documented one means: of that very name, else, where it is not quoted, in whatever case (dbt). */
function meant(comment: ColumnComment, names: readonly string[]): string | undefined {
	if (names.includes(comment.column)) return comment.column;
	if (comment.quoted) return undefined;
	const lower = comment.column.toLowerCase();
	return names.find((name) => name.toLowerCase() === lower);
}

/** The config's comments by the columns that are there. */
export function commentsByColumn(candidate: Candidate, names: readonly string[]): ReadonlyMap<string, string> {
	const found = (candidate.columnComments ?? []).flatMap((comment): (readonly [string, string])[] => {
		const name = meant(comment, names);
		return name === undefined || comment.text === "" ? [] : [[name, comment.text]];
	});
	return new Map(found);
}

/** Columns that `persist_docs` should comment on and that the relation does not have: told, as dbt tells it. */
export function undocumentable(
	member: Member,
	printed: string,
): readonly { readonly node: NodeId; readonly diagnostic: Diagnostic }[] {
	const { candidate, fresh } = member;
	const names = fresh.columns.map((c) => c.name);
	const missing = (candidate.columnComments ?? []).filter((c) => meant(c, names) === undefined).map((c) => c.column);
	if (missing.length === 0) return [];
	const facts = { target: member.label, relation: printed, missing, columns: names };
	return [{ node: candidate.node, diagnostic: diagnostic("TFM-PUB-016", facts, { severity: "warning" }) }];
}
