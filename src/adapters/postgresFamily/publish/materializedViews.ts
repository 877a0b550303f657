/**
 * A materialized view binds what it reads by oid, rows and all. Where everything it read as a candidate moves to its
 * final place (or was there before), it moves along, filled. Where it read something that goes (a candidate view, a
 * candidate whose rows are brought into the published table), it has to be made anew from its final query: before the
 * locks when all that it reads stands by then, else under them, and readers of what is swapped wait while it is filled.
 */
import type { Dialect, PublishWay } from "../../../core/adapter.ts";
import { carriedOptions } from "./carry.ts";
import type { Catalog, RelationFacts } from "./catalogFacts.ts";
import { indexOn } from "./dress.ts";
import type { Member } from "./members.ts";
import { qualified, type Step, step, viewStatement } from "./statements.ts";

export type Making = "move" | "early" | "late";

interface Reading {
	readonly members: readonly Member[];
	readonly ways: ReadonlyMap<Member, PublishWay>;
	readonly catalog: Catalog;
	/** Views of others that are dropped and made anew. */
	readonly rebuilt: ReadonlySet<number>;
}

/** How each materialized view of the request comes to its place; those that are not in the answer are none. */
export function makingOf(input: Reading): Map<Member, Making> {
	const { members, ways, catalog, rebuilt } = input;
	const byFresh = new Map(members.map((m) => [m.fresh.oid, m] as const));
	const gone = new Set([...rebuilt, ...members.flatMap((m) => (ways.get(m) === "swap" ? [m.old!.oid] : []))]);
	const reads = new Map<number, Set<number>>();
	for (const d of catalog.dependents)
		if (d.kind === "matview") reads.set(d.holder, (reads.get(d.holder) ?? new Set()).add(d.target));
	const making = new Map<Member, Making>();
	/** What reading this relation allows. */
	const allows = (oid: number): Making => {
		if (gone.has(oid)) return "late";
		const member = byFresh.get(oid);
		if (member === undefined) return "move";
		const way = ways.get(member);
		if (way === "keep" || way === "apply") return "early";
		if (member.fresh.kind === "v") return "late";
		return making.get(member) === undefined || making.get(member) === "move" ? "move" : "late";
	};
	// In DAG order: one that is read stands before.
	for (const member of members) {
		if (member.fresh.kind !== "m") continue;
		const all = [...(reads.get(member.fresh.oid) ?? [])];
		const found = new Set(all.map(allows));
		if (!found.has("late") && !found.has("early")) making.set(member, "move");
		else making.set(member, found.has("late") || readsMoving(all, byFresh, ways) ? "late" : "early");
	}
	return making;
}

/** A candidate that only moves under the locks has no final name before. */
const readsMoving = (
	oids: readonly number[],
	byFresh: ReadonlyMap<number, Member>,
	ways: ReadonlyMap<Member, PublishWay>,
): boolean =>
	oids.some((oid) => {
		const way = ways.get(byFresh.get(oid)!);
		return way === "swap" || way === "new";
	});

/** The statements that make and fill it in `schema`, with the indexes of its candidate. */
export function createMatview(dialect: Dialect, member: Member, schema: string): readonly Step[] {
	const { candidate, fresh } = member;
	const name = qualified(dialect, schema, candidate.target.identifier);
	const query = candidate.finalSql!.replace(/;\s*$/, "");
	return [
		{ sql: `create materialized view ${name}${carriedOptions(dialect, member)} as\n${query}\n`, path: "session" },
		...fresh.indexes.flatMap((index) => [
			step(indexOn(dialect, name, { index, table: fresh })),
			...(index.comment === null
				? []
				: [step(`comment on index ${qualified(dialect, schema, index.name)} is ${dialect.literal(index.comment)}`)]),
		]),
		step(`analyze ${name}`),
	];
}

/** A materialized view of others as the catalog has it, filled, with its indexes: their definitions name it by its place. */
export function foreignMatview(dialect: Dialect, view: RelationFacts): readonly string[] {
	const name = qualified(dialect, view.schema, view.name);
	return [
		viewStatement(dialect, view, { replace: false }),
		...view.indexes.flatMap((index) => [
			index.definition,
			...(index.clustered ? [`alter materialized view ${name} cluster on ${dialect.quote(index.name)}`] : []),
			...(index.comment === null
				? []
				: [`comment on index ${qualified(dialect, view.schema, index.name)} is ${dialect.literal(index.comment)}`]),
		]),
		`analyze ${name}`,
	];
}
