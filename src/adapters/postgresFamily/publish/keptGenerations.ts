/**
 * What a publish replaces can be kept as a generation of its own. A table that is swapped out is moved there, which costs
 * nothing. Where the target stays (`keep`, `apply`), and for what would hang on relations that later runs replace (a
 * materialized view, a partitioned table), the rows are copied before the transaction. Either way a generation is a plain
 * table in a schema that nobody else may use, and binds nothing outside.
 */
import type { Dialect, KeptGeneration, PublishWay, Session } from "../../../core/adapter.ts";
import type { RelationName } from "../../../core/relation.ts";
import { dropGenerations } from "./dropGenerations.ts";
import type { Member } from "./members.ts";
import { createHiddenSchemas } from "./shadowSchemas.ts";
import { qualified } from "./statements.ts";

export interface Generation extends KeptGeneration {
	readonly how: "move" | "copy";
	readonly from: RelationName;
}

/** Views are not kept: their query is all there is to them, and the caller knows it. */
export function generationsOf(ways: ReadonlyMap<Member, PublishWay>): readonly Generation[] {
	return [...ways].flatMap(([{ candidate, old }, way]): readonly Generation[] => {
		if (candidate.keepAs === undefined || old === null || old.kind === "v") return [];
		const how = way === "swap" && old.kind === "r" ? "move" : "copy";
		return [{ node: candidate.node, relation: candidate.keepAs, kind: "table", how, from: candidate.target }];
	});
}

/** A moved generation lets go of other relations, which would otherwise be bound by it. It was nobody's to read or write anyhow. */
export function looseEnds(dialect: Dialect, { old }: Member): readonly string[] {
	const table = qualified(dialect, old!.schema, old!.name);
	return [
		...old!.constraints
			.filter((c) => c.type === "f")
			.map((c) => `alter table ${table} drop constraint ${dialect.quote(c.name)}`),
		...old!.rules.map((r) => `drop rule ${dialect.quote(r.name)} on ${table}`),
		...old!.triggers.map((t) => `drop trigger ${dialect.quote(t.name)} on ${table}`),
		...old!.policies.map((p) => `drop policy ${dialect.quote(p.name)} on ${table}`),
	];
}

/**
 * Makes room for the generations and copies what is copied, each in a transaction of its own: nobody waits. What a
 * publish that died has left under their names goes. Returns what was copied, to be dropped should the publish fail.
 */
export async function prepareGenerations(
	dialect: Dialect,
	session: Session,
	about: { readonly generations: readonly Generation[]; readonly signal: AbortSignal | undefined },
): Promise<void> {
	const { generations, signal } = about;
	if (generations.length === 0) return;
	await dropGenerations(
		dialect,
		session,
		generations.map((g) => g.relation),
	);
	await createHiddenSchemas(
		dialect,
		session,
		generations.map((g) => g.relation.schema),
	);
	for (const { how, relation, from } of generations)
		if (how === "copy")
			await session.transaction(async () => {
				const before = String((await session.query("select current_setting('row_security')")).rows[0]![0]);
				await session.query("select set_config('row_security', 'off', true)");
				const name = qualified(dialect, relation.schema, relation.identifier);
				await session.execute(`create table ${name} as table ${qualified(dialect, from.schema, from.identifier)}`, {
					signal,
				});
				await session.query("select set_config('row_security', $1, true)", [before]);
			});
}
