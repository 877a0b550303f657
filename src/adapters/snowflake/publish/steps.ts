import type { Candidate, Dialect, PublishWay } from "../../../core/adapter.ts";
import type { NodeId } from "../../../core/node.ts";
import type { RelationKind, RelationName } from "../../../core/relation.ts";

/** What stands at a place, as far as publishing cares. */
export interface Standing {
	readonly kind: RelationKind;
	readonly comment: string;
	/** A view's own text, `create view …`; null for tables. */
	readonly definition: string | null;
	readonly secure: boolean;
	/** Set for dynamic tables. */
	readonly dynamic: { readonly targetLag: string; readonly warehouse: string; readonly refreshMode: string } | null;
}

/**
 * One candidate's way into its place: a single statement that Snowflake carries out whole or not at all (`move`), what
 * must go before (`before`: another kind of relation under the name), and the statement that takes the move back.
 */
export interface PublishStep {
	readonly node: NodeId;
	readonly way: PublishWay;
	readonly kind: Candidate["kind"];
	readonly candidate: RelationName;
	readonly target: RelationName;
	readonly before: string | null;
	readonly move: string;
	readonly undo: string | null;
	/** The table that was replaced stands under the candidate's name afterwards. */
	readonly leavesOld: boolean;
	readonly keepAs: RelationName | null;
	readonly comment: string | null;
}

export interface StepInput {
	readonly candidate: Candidate;
	readonly stands: Standing;
	/** Null: nothing stands under the published name. */
	readonly target: Standing | null;
}

const WORDS: Readonly<Record<RelationKind, string>> = {
	table: "table",
	view: "view",
	materialized_view: "dynamic table",
	external: "external table",
	other: "table",
};

/** `drop view "D"."S"."V"`. */
export const dropStatement = (dialect: Dialect, relation: RelationName, kind: RelationKind): string =>
	`drop ${WORDS[kind]} if exists ${dialect.render(relation)}`;

/** What each candidate that takes its target's place is to do. Rows that are brought into a target are no steps. */
export function stepOf(dialect: Dialect, { candidate, stands, target }: StepInput): PublishStep {
	const [from, to] = [dialect.render(candidate.candidate), dialect.render(candidate.target)];
	const common = {
		node: candidate.node,
		kind: candidate.kind,
		candidate: candidate.candidate,
		target: candidate.target,
		comment: candidate.comment ?? (target === null || target.comment === "" ? null : target.comment),
	};
	const sameKind = target !== null && target.kind === stands.kind;
	const before = target === null || sameKind ? null : dropStatement(dialect, candidate.target, target.kind);
	if (candidate.kind === "table") {
		const swaps = sameKind;
		return {
			...common,
			way: swaps ? "swap" : "new",
			before,
			move: swaps ? `alter table ${to} swap with ${from}` : `alter table ${from} rename to ${to}`,
			undo: swaps
				? `alter table ${to} swap with ${from}`
				: before === null
					? `alter table ${to} rename to ${from}`
					: null,
			leavesOld: swaps,
			keepAs: swaps ? (candidate.keepAs ?? null) : null,
		};
	}
	return {
		...common,
		way: target === null ? "new" : "replace",
		before,
		move: createStatement(dialect, candidate, stands),
		undo:
			target === null
				? dropStatement(dialect, candidate.target, stands.kind)
				: sameKind
					? undefinedToNull(target)
					: null,
		leavesOld: false,
		keepAs: null,
	};
}

/** The text that Snowflake keeps of a view makes it again, when it says `or replace`. */
const undefinedToNull = ({ definition }: Standing): string | null =>
	definition?.replace(/^\s*create\s+(?:or\s+replace\s+)?/i, "create or replace ") ?? null;

function createStatement(dialect: Dialect, { target, finalSql, create }: Candidate, stands: Standing): string {
	// The project's own statement says what the query does not: comments of columns, policies, tags.
	if (create !== undefined) return create;
	if (finalSql === undefined) throw new Error(`the candidate of ${target.identifier} brings no query`);
	const name = dialect.render(target);
	if (stands.dynamic === null)
		return `create or replace ${stands.secure ? "secure " : ""}view ${name} copy grants as (\n${finalSql}\n)`;
	const { targetLag, warehouse, refreshMode } = stands.dynamic;
	return `create or replace dynamic table ${name} target_lag = ${dialect.literal(targetLag)} warehouse = ${dialect.quote(warehouse)} refresh_mode = ${refreshMode} as (\n${finalSql}\n)`;
}
