import type { Dialect } from "../../../core/adapter.ts";
import type { Member } from "./members.ts";
import { type Blame, qualified, type Step, step } from "./statements.ts";

const targetOf = (dialect: Dialect, { candidate }: Member): string =>
	qualified(dialect, candidate.target.schema, candidate.target.identifier);

/** What the new rows need of the target before the publish: columns that are not there yet. Nullable, so no row changes. */
export function columnsToAdd(dialect: Dialect, members: readonly Member[]): readonly string[] {
	return members.flatMap((m) => {
		const has = new Set(m.old?.columns.map((c) => c.name));
		return (m.candidate.apply?.addColumns ?? [])
			.filter((c) => !has.has(c.name))
			.map((c) => `alter table ${targetOf(dialect, m)} add column if not exists ${dialect.quote(c.name)} ${c.type}`);
	});
}

/**
 * The statements of incremental models and snapshots, as their strategies wrote them. Each goes by itself: they are the
 * slow part, and when one fails it is known which.
 */
export function applyRows(members: readonly Member[]): readonly Step[] {
	return members.flatMap((m) => {
		const blame: Blame = { code: "TFM-PUB-011", nodes: [m.candidate.node], what: m.label };
		return m.candidate.apply!.statements.map((sql): Step => ({ sql, path: "session", blame }));
	});
}

/** Last, when nothing that was replaced by this publish can need them any more. */
export function columnsToDrop(dialect: Dialect, members: readonly Member[]): readonly Step[] {
	return members.flatMap((m) => {
		const has = new Set(m.old!.columns.map((c) => c.name));
		const gone = (m.candidate.apply?.dropColumns ?? []).filter((c) => has.has(c));
		if (gone.length === 0) return [];
		const blame: Blame = { code: "TFM-PUB-011", nodes: [m.candidate.node], what: m.label };
		const drops = gone.map((c) => `drop column ${dialect.quote(c)}`).join(", ");
		return [step(`alter table ${targetOf(dialect, m)} ${drops}`, blame)];
	});
}
