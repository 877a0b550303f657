import type { Candidate, Session } from "../../../core/adapter.ts";
import { relationKey } from "../../../core/relation.ts";
import type { RunCatalog } from "../runCatalog.ts";
import type { Standing } from "./steps.ts";

const PLAIN = { comment: "", definition: null, secure: false, dynamic: null };

/**
 * What stands at the two places of a candidate that is published by itself, without a question of its own: the candidate
 * was made by this run, and its target is in the run's listing. New rows need neither. Null: it must be looked up, since
 * more is needed than a listing says, or the run publishes so few that a listing is not worth its time.
 */
export async function standingKnown(
	session: Session,
	known: RunCatalog,
	candidate: Candidate,
): Promise<ReadonlyMap<string, Standing> | null> {
	if (candidate.apply !== undefined) return new Map();
	const { target, kind } = candidate;
	// What the query does not say of a view is read off the candidate, unless the project's own statement says it.
	if (kind !== "table" && candidate.create === undefined) return null;
	if (known.standing(target) === undefined && known.isWorthListing(target))
		await session.listRelations([target.schema], target.database);
	const there = known.standing(target);
	if (there === undefined) return null;
	const made: Standing = { ...PLAIN, kind };
	const standing = new Map([[relationKey(candidate.candidate), made]]);
	if (there === null) return standing;
	if (there.kind !== "table" && there.kind !== "view") return null;
	if (there.comment === null && candidate.comment === undefined) return null;
	return standing.set(relationKey(target), { ...PLAIN, kind: there.kind, comment: there.comment ?? "" });
}
