import type { Dialect } from "../../../core/adapter.ts";
import type { Dependent, RelationFacts } from "./catalogFacts.ts";
import { type Member, sameColumns } from "./members.ts";
import { type Blame, qualified, type Step, step } from "./statements.ts";

/**
 * The key by which rows of old and new are matched: that of a foreign key that refers to the table, because the rows it
 * refers to must stay; else the primary key, else the narrowest unique index. Null: no key, all rows are replaced.
 */
function rowKey(old: RelationFacts, inbound: readonly Dependent[]): readonly string[] | null {
	const keyed = old.indexes.filter((i) => i.key !== null && i.key.length > 0);
	const referred = new Set(inbound.filter((d) => d.kind === "foreignKey" && d.column !== null).map((d) => d.column!));
	const byForeignKey = keyed.find((i) => i.key!.length === referred.size && i.key!.every((k) => referred.has(k)));
	const narrow = [...keyed].sort((a, b) => a.key!.length - b.key!.length)[0];
	return (byForeignKey ?? keyed.find((i) => i.primary) ?? narrow)?.key ?? null;
}

/** Referring tables first: their rows go before, and come after, those they refer to. */
function referringFirst(members: readonly Member[]): readonly Member[] {
	const byOid = new Map(members.map((m) => [m.old!.oid, m] as const));
	const ordered: Member[] = [];
	const visit = (member: Member, path: ReadonlySet<Member>): void => {
		if (ordered.includes(member) || path.has(member)) return;
		for (const other of members)
			if (other !== member && other.old!.constraints.some((c) => byOid.get(c.refersTo) === member))
				visit(other, new Set([...path, member]));
		ordered.push(member);
	};
	for (const member of members) visit(member, new Set());
	return ordered;
}

/**
 * Replaces the rows of tables that keep their identity, reading columns by name. Call with writers locked out; readers
 * go on. Rows are compared with `*<>`, which needs no equality operator (json, point) and sees every difference;
 * the cast keeps the parser from comparing column by column. `only`: rows of inheriting tables are theirs.
 */
export function keepRows(dialect: Dialect, members: readonly Member[], inbound: readonly Dependent[]): readonly Step[] {
	const ordered = referringFirst(members);
	const parts = ordered.map((member) => {
		const old = member.old!;
		const blame: Blame = { code: "TFM-PUB-011", nodes: [member.candidate.node], what: member.label };
		const target = qualified(dialect, old.schema, old.name);
		const only = old.kind === "p" ? "" : "only ";
		const source = qualified(dialect, member.fresh.schema, member.fresh.name);
		const there = new Set(member.fresh.columns.map((c) => c.name));
		const taken = old.columns.filter((c) => !c.generated && there.has(c.name));
		const writable = taken.map((c) => c.name);
		// Rows of other types are cast, all of them: neither keys nor rows can be compared.
		const alike = sameColumns(old, member.fresh);
		const key = alike
			? rowKey(
					old,
					inbound.filter((d) => d.target === old.oid),
				)
			: null;
		const list = (names: readonly string[], prefix = "") => names.map((n) => prefix + dialect.quote(n)).join(", ");
		const matched = (key ?? []).map((k) => `c.${dialect.quote(k)} = t.${dialect.quote(k)}`).join(" and ");
		const differs = `row(${list(writable, "t.")})::record operator(pg_catalog.*<>) row(${list(writable, "c.")})::record`;
		/** An `always` identity column takes no update: rows that differ are replaced whole. */
		const whole = old.columns.some((c) => c.identity === "a" && !key?.includes(c.name));
		const updated = old.columns.filter((c) => !c.generated && c.identity !== "a").map((c) => c.name);
		const gone = `not exists (select from ${source} c where ${matched}${whole ? ` and not (${differs})` : ""})`;
		return {
			remove: step(`delete from ${only}${target} t${key === null ? "" : ` where ${gone}`}`, blame),
			write: [
				...(key === null || whole || updated.length === 0
					? []
					: [
							step(
								`update ${only}${target} t set ${updated.map((n) => `${dialect.quote(n)} = c.${dialect.quote(n)}`).join(", ")} from ${source} c where ${matched} and ${differs}`,
								blame,
							),
						]),
				step(
					`insert into ${target} (${list(writable)}) overriding system value select ${alike ? list(writable, "c.") : taken.map((c) => `c.${dialect.quote(c.name)}::${c.printed}`).join(", ")} from ${source} c${key === null ? "" : ` where not exists (select from ${only}${target} t where ${matched})`}`,
					blame,
				),
			],
		};
	});
	return [...parts.map((p) => p.remove), ...parts.toReversed().flatMap((p) => p.write)];
}
