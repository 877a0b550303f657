import type { Candidate } from "../../../core/adapter.ts";
import type { Code, FactsOf } from "../../../core/codes/table.ts";
import { type Diagnostic, diagnostic } from "../../../core/diagnostic.ts";
import type { NodeId } from "../../../core/node.ts";
import type { Catalog, ColumnFacts, Dependent, RelationFacts, RelKind } from "./catalogFacts.ts";
import { placeOf } from "./readCatalog.ts";
import { isTable } from "./statements.ts";

/** A candidate that stands, and what stands where it is going. */
export interface Member {
	readonly candidate: Candidate;
	/** `schema.name`, for people. */
	readonly label: string;
	/** What stands in the candidate schema; for new rows of a target that stays, a view or a copy of what it will be. */
	readonly fresh: RelationFacts;
	readonly old: RelationFacts | null;
	/** The new rows, where the target stays and rows are brought into it. */
	readonly delta: RelationFacts | null;
}

export interface Refusal {
	readonly node: NodeId;
	readonly code: string;
	readonly reason: string;
	readonly diagnostic?: Diagnostic;
	/** What alone is in the way, each with why; absent: something that cannot be dropped is. */
	readonly blockers?: readonly Blocker[];
}

/** An object outside the request that a publish cannot keep. */
export interface Blocker {
	readonly dependent: Dependent;
	/** Of the dependent: `it needs column x, which …`. */
	readonly why: string;
}

export function refusal<C extends Code>(
	member: { readonly candidate: Candidate },
	code: C,
	facts: FactsOf<C>,
	blockers: readonly Blocker[] = [],
): Refusal {
	const full = diagnostic(code, facts);
	const refused = { node: member.candidate.node, code, reason: full.message, diagnostic: full };
	return blockers.length === 0 ? refused : { ...refused, blockers };
}

export const labelOf = (candidate: Candidate): string => `${candidate.target.schema}.${candidate.target.identifier}`;

const KIND_WORDS: Readonly<Partial<Record<RelKind, string>>> = {
	f: "a foreign table",
	S: "a sequence",
	i: "an index",
	I: "an index",
	c: "a composite type",
};

/** Why the relation in the way is not one that may be replaced; null when it is. */
function unreplaceable(old: RelationFacts): string | null {
	if (old.extension !== null) return `a member of extension ${old.extension}`;
	if (old.partition) return "a partition of another table";
	if (old.partitions.some((p) => p.kind === "f")) return "a partitioned table with foreign partitions";
	return ["r", "p", "v", "m"].includes(old.kind) ? null : (KIND_WORDS[old.kind] ?? "of an unknown kind");
}

/**
 * Whether a target that stays is still the one that the new rows were computed for: with the columns that are added, and
 * without those that go, it has those of the candidate. Modifiers may differ: rows are assigned, and what does not fit
 * is an error then. Null: it is.
 */
function targetChange(candidate: Candidate, old: RelationFacts | null, fresh: RelationFacts): string | null {
	if (old === null) return "the table is gone";
	if (!isTable(old)) return "it is no longer a table";
	const { addColumns, dropColumns } = candidate.apply!;
	const added = new Set(addColumns.map((c) => c.name));
	const before = new Map(old.columns.map((c) => [c.name, c] as const));
	for (const want of fresh.columns) {
		const has = before.get(want.name);
		if (has === undefined && !added.has(want.name)) return `column ${want.name} is gone`;
		if (has !== undefined && has.type !== want.type)
			return `column ${want.name} is ${has.printed} now, not ${want.printed}`;
	}
	const wanted = new Set([...fresh.columns.map((c) => c.name), ...dropColumns]);
	const more = old.columns.find((c) => !wanted.has(c.name));
	return more === undefined ? null : `it has a new column ${more.name}`;
}

/** Joins candidates with the catalog. What cannot be published whatever else happens is refused here. */
export function findMembers(
	candidates: readonly Candidate[],
	catalog: Catalog,
): { readonly members: readonly Member[]; readonly refusals: readonly Refusal[] } {
	const refusals: Refusal[] = [];
	const members = candidates.flatMap((candidate): readonly Member[] => {
		const label = labelOf(candidate);
		const at = (place: string) => catalog.relations.get(catalog.oids.get(place) ?? 0) ?? null;
		const fresh = at(placeOf(candidate.candidate));
		const old = at(placeOf(candidate.target));
		const delta = candidate.apply === undefined ? null : at(placeOf(candidate.apply.delta));
		const bad = old === null ? null : unreplaceable(old);
		if (fresh === null || !["r", "p", "v", "m"].includes(fresh.kind)) {
			const problem = fresh === null ? "is gone" : "is neither a table nor a view";
			const place = `${candidate.candidate.schema}.${candidate.candidate.identifier}`;
			refusals.push(refusal({ candidate }, "TFM-PUB-009", { target: label, candidate: place, problem }));
			return [];
		}
		if (candidate.apply !== undefined) {
			const problem = delta === null ? "its new rows are gone" : targetChange(candidate, old, fresh);
			if (problem !== null) {
				refusals.push(refusal({ candidate }, "TFM-PUB-014", { target: label, problem }));
				return [];
			}
		} else if (!isTable(fresh) && candidate.finalSql === undefined)
			throw new Error(`publishing the view ${label} needs its query with published names`);
		if (bad !== null) {
			refusals.push(refusal({ candidate }, "TFM-PUB-008", { target: label, kind: bad }));
			return [];
		}
		return [{ candidate, label, fresh, old, delta }];
	});
	return { members, refusals };
}

export const sameType = (a: ColumnFacts, b: ColumnFacts): boolean =>
	a.type === b.type && a.typmod === b.typmod && a.collation === b.collation;

/** Same names and types, in any order: rows of one fit into the other by name. */
export function sameColumns(a: RelationFacts, b: RelationFacts): boolean {
	const byName = new Map(b.columns.map((column) => [column.name, column]));
	return (
		a.columns.length === b.columns.length &&
		a.columns.every((c) => byName.has(c.name) && sameType(c, byName.get(c.name)!))
	);
}

/** Whether rows of the fresh table can be cast into the old one: it has all of its columns, by name. */
export const hasColumnsOf = (old: RelationFacts, fresh: RelationFacts): boolean => {
	const names = new Set(old.columns.filter((c) => !c.generated).map((c) => c.name));
	return fresh.columns.every((c) => names.has(c.name));
};

/** The first difference between two sets of columns, for people. */
export function columnChange(old: RelationFacts, fresh: RelationFacts): string | null {
	const before = new Map(old.columns.map((c) => [c.name, c]));
	for (const now of fresh.columns) {
		const was = before.get(now.name);
		if (was === undefined) return `column ${now.name} is new`;
		if (was.printed !== now.printed) return `column ${now.name} is ${now.printed} now, not ${was.printed}`;
		if (!sameType(was, now)) return `column ${now.name} has another collation`;
		before.delete(now.name);
	}
	const [gone] = before.keys();
	return gone === undefined ? null : `column ${gone} is gone`;
}

/** `create or replace view` takes new columns only at the end. */
export const isViewPrefix = (old: RelationFacts, fresh: RelationFacts): boolean =>
	old.columns.every((c, i) => fresh.columns[i]?.name === c.name && sameType(c, fresh.columns[i]));
