/** `loaded_at_field` and `loaded_at_query` as dbt allows them: one of the two at each level, and no empty text. */
import type { Dialect } from "../core/adapter.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { agedBy } from "../core/freshness.ts";
import type { SourceNode } from "../core/node.ts";
import type { PlainRecord } from "../core/parsed.ts";
import { recordOr } from "./resolveConfig.ts";
import type { SourceDraft } from "./sourceDrafts.ts";

const isGiven = (record: PlainRecord, key: string): boolean =>
	Boolean(record[key]) || Boolean(recordOr(record.config)[key]);

/** A table that says `loaded_at_field: null` has said something of it, too. */
const fieldIsGiven = (record: PlainRecord, level: "table" | "source"): boolean =>
	isGiven(record, "loaded_at_field") || (level === "table" && Object.hasOwn(record, "loaded_at_field"));

export function checkSourceTimes(draft: SourceDraft, problems: Diagnostic[]): void {
	const { source: parent, table, source_name, name, entry, path } = draft;
	for (const [level, record, place, text] of [
		["source", parent, [], source_name],
		["table", table, path, `${source_name}.${name}`],
	] as const) {
		// Said once of a source, not for each of its tables.
		if (level === "source" && path[1] !== 0) continue;
		if (record.loaded_at_field === "")
			problems.push(diagnostic("TFM-FRESH-006", { source: text }, entry.at([...place, "loaded_at_field"])));
		if (fieldIsGiven(record, level) && isGiven(record, "loaded_at_query"))
			problems.push(diagnostic("TFM-FRESH-005", { source: text, level }, entry.at([...place])));
	}
}

/**
 * A source with thresholds and nothing that says how old it is, as Postgres keeps no such time (dbt: FreshnessConfigProblem).
 * A landing table's loads are recorded.
 */
export function checkFreshness(source: SourceNode, dialect: Dialect): readonly Diagnostic[] {
	const by = agedBy(source, dialect);
	if (by !== null && by !== "catalog") return [];
	const { warn_after: warn, error_after: error } = recordOr(source.freshness);
	const counts = [warn, error].map((after) => recordOr(after).count ?? null);
	if (counts.every((count) => count === null)) return [];
	const written = { at: source.location, severity: "warning" } as const;
	if (by === "catalog") {
		const isFiltered = typeof recordOr(source.freshness).filter === "string";
		return isFiltered ? [diagnostic("TFM-FRESH-009", { source: `${source.source_name}.${source.name}` }, written)] : [];
	}
	const facts = { source: `${source.source_name}.${source.name}` };
	return [diagnostic("TFM-FRESH-008", facts, written)];
}
