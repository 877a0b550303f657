import type { EFFECTS } from "../ledger.ts";
import type { Cursor } from "../sql/cursor.ts";
import type { Statement } from "./statement.ts";

export interface RelationOptions {
	readonly comment: string;
	readonly clusterBy: string;
	readonly target_lag: string | null;
	readonly warehouse: string | null;
	readonly refresh_mode: string | null;
	readonly scheduler: string | null;
}

type Effect = keyof typeof EFFECTS;

/** Options of the form `name = value`, and what becomes of them; without an effect their value is kept. */
const ASSIGNED: Readonly<Record<string, Effect | "kept">> = {
	comment: "kept",
	target_lag: "kept",
	warehouse: "kept",
	refresh_mode: "kept",
	scheduler: "kept",
	initialization_warehouse: "table option",
	initialize: "table option",
	data_retention_time_in_days: "transient or retention",
	max_data_extension_time_in_days: "transient or retention",
	change_tracking: "table option",
	enable_schema_evolution: "table option",
};

/** What stands between the columns of a relation and AS or the end. What is not known stays for the caller to refuse. */
export function relationOptions(cursor: Cursor, statement: Statement): RelationOptions {
	const { ledger } = statement.runtime;
	const kept = new Map<string, string>();
	let clusterBy = "";
	for (;;) {
		const word = cursor.peek()?.text.toLowerCase() ?? "";
		const effect = cursor.peek(1)?.text === "=" ? ASSIGNED[word] : undefined;
		if (effect !== undefined) {
			cursor.next();
			cursor.expect("=");
			const value = cursor.next().value;
			if (effect === "kept") kept.set(word, value);
			else ledger.note(effect, statement.sql);
		} else if (cursor.take("cluster", "by")) {
			clusterBy = `LINEAR(${cursor
				.group()
				.map(({ text }) => text)
				.join("")})`;
			ledger.note("clustering", statement.sql);
		} else if (cursor.take("copy", "grants")) ledger.note("copy grants", statement.sql);
		else if (cursor.take("with", "tag") || cursor.take("tag")) {
			cursor.group();
			ledger.note("tag", statement.sql);
		} else if (cursor.take("with", "row", "access", "policy") || cursor.take("row", "access", "policy")) {
			cursor.name();
			cursor.expect("on");
			cursor.group();
			ledger.note("masking or row access policy", statement.sql);
		} else
			return {
				comment: kept.get("comment") ?? "",
				clusterBy,
				target_lag: kept.get("target_lag") ?? null,
				warehouse: kept.get("warehouse") ?? null,
				refresh_mode: kept.get("refresh_mode") ?? null,
				scheduler: kept.get("scheduler") ?? null,
			};
	}
}
