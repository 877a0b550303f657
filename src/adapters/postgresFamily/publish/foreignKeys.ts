import type { Dialect, PublishWay } from "../../../core/adapter.ts";
import type { ConstraintFacts } from "./catalogFacts.ts";
import type { Member } from "./members.ts";
import { type Blame, isTable, qualified, type Step, step } from "./statements.ts";

/** The clause with another relation after REFERENCES. `from` is as the server printed it. */
export const refersTo = (definition: string, from: string, to: string): string =>
	definition.replace(` REFERENCES ${from}(`, () => ` REFERENCES ${to}(`);

export interface ForeignKeyInput {
	readonly ways: ReadonlyMap<Member, PublishWay>;
	/** The published schema of a candidate schema of this project; undefined for any other. */
	readonly publishedSchema: (schema: string) => string | undefined;
}

/**
 * A candidate's foreign keys refer to candidates or to what was published when it was built. Once everything stands
 * under its final name, each must refer to the published relation: those that would not are made anew, which checks
 * them, and those that the old table had and the candidate could not take yet are added.
 */
export function foreignKeySteps(dialect: Dialect, member: Member, input: ForeignKeyInput): readonly Step[] {
	const { candidate, fresh, old } = member;
	const byFresh = new Map([...input.ways].map(([m, way]) => [m.fresh.oid, { m, way }] as const));
	const swapped = new Set([...input.ways].flatMap(([m, way]) => (way === "swap" ? [m.old!.oid] : [])));
	const relation = qualified(dialect, candidate.target.schema, candidate.target.identifier);
	const blame: Blame = { code: "TFM-PUB-011", nodes: [candidate.node], what: member.label };
	/** Undefined: it refers to the right relation already. */
	const finalName = (key: ConstraintFacts): string | undefined => {
		const other = byFresh.get(key.refersTo);
		if (other !== undefined)
			return other.way === "keep"
				? qualified(dialect, other.m.candidate.target.schema, other.m.candidate.target.identifier)
				: undefined;
		if (swapped.has(key.refersTo)) return key.refersToName;
		const schema = input.publishedSchema(key.refersToSchema);
		return schema === undefined ? undefined : qualified(dialect, schema, key.refersToRelation);
	};
	const statements: string[] = [];
	const keys = fresh.constraints.filter((c) => c.type === "f");
	for (const key of keys) {
		const name = finalName(key);
		if (name === undefined) continue;
		statements.push(`alter table ${relation} drop constraint ${dialect.quote(key.name)}`);
		statements.push(
			`alter table ${relation} add constraint ${dialect.quote(key.name)} ${refersTo(key.definition, key.refersToName, name)}`,
		);
	}
	const has = new Set(fresh.columns.map((c) => c.name));
	const same = (a: ConstraintFacts, b: ConstraintFacts) =>
		a.name === b.name || refersTo(a.definition, a.refersToName, "") === refersTo(b.definition, b.refersToName, "");
	for (const key of isTable(old) ? old!.constraints : [])
		if (key.type === "f" && key.needs.every((n) => has.has(n)) && !keys.some((k) => same(k, key)))
			statements.push(`alter table ${relation} add constraint ${dialect.quote(key.name)} ${key.definition}`);
	return statements.map((sql) => step(sql, blame));
}
