import type { Dialect } from "./adapter.ts";
import type { Plain, SourceNode } from "./node.ts";

/** A threshold of age as dbt writes it; both null where nothing is set. */
export interface FreshnessTime {
	readonly count: number | null;
	readonly period: "minute" | "hour" | "day" | null;
}

/** dbt's FreshnessThreshold. A null time is one that was switched off. */
export interface FreshnessCriteria {
	readonly warn_after: FreshnessTime | null;
	readonly error_after: FreshnessTime | null;
	readonly filter: string | null;
}

/** How old a source is. Times are ISO with microseconds, in UTC (`2026-11-21T11:12:16.457094+00:00`). */
export interface FreshnessReading {
	/** A source without rows is as old as time: year 1 (dbt). */
	readonly max_loaded_at: string;
	readonly snapshotted_at: string;
	/** Seconds between the two. */
	readonly age: number;
	/** What the database said of the query. */
	readonly response:
		| { readonly _message: string; readonly code?: string; readonly rows_affected?: number }
		| Record<string, never>;
}

const isSet = (time: FreshnessTime | null): boolean => time?.count != null && time.period != null;

const timeOf = (value: Plain | undefined): FreshnessTime | null => {
	if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
	const { count, period } = value as { readonly [key: string]: Plain };
	return { count: (count as number) ?? null, period: (period as FreshnessTime["period"]) ?? null };
};

/** What a source is held to; null where neither threshold is set, so that nobody asks (dbt). */
export function freshnessCriteria({ freshness }: Pick<SourceNode, "freshness">): FreshnessCriteria | null {
	if (freshness === null || typeof freshness !== "object" || Array.isArray(freshness)) return null;
	const written = freshness as { readonly [key: string]: Plain };
	const criteria: FreshnessCriteria = {
		warn_after: timeOf(written.warn_after),
		error_after: timeOf(written.error_after),
		filter: (written.filter as string | null | undefined) ?? null,
	};
	return isSet(criteria.warn_after) || isSet(criteria.error_after) ? criteria : null;
}

/** A load writes down when each row came in. */
const LOAD_TIME = "_tfm_loaded_at";

/** The expression whose maximum is the time of the last load: as written, else of a landing table the column that tfm fills. */
export const loadedAtField = (source: Pick<SourceNode, "loaded_at_field" | "load">): string | null =>
	source.loaded_at_field ?? (source.load === null ? null : LOAD_TIME);

/**
 * What says how old a source is: a query or an expression of the author's, or the engine's catalog. Null: nothing does,
 * as Postgres keeps no time of its own for a table.
 */
export function agedBy(
	source: Pick<SourceNode, "loaded_at_field" | "loaded_at_query" | "load">,
	{ keepsChangeTimes }: Pick<Dialect, "keepsChangeTimes">,
): "query" | "field" | "catalog" | null {
	if ((source.loaded_at_query ?? null) !== null) return "query";
	if (loadedAtField(source) !== null) return "field";
	return keepsChangeTimes ? "catalog" : null;
}

/** `30 hours`, `4 days`: whole, and never more exact than a person wants to know. */
export function ageText(seconds: number): string {
	if (seconds < 0) return `${ageText(-seconds)} ahead of the clock`;
	const [size, word] =
		seconds < 120
			? [1, "second"]
			: seconds < 7200
				? [60, "minute"]
				: seconds < 172_800
					? [3600, "hour"]
					: [86_400, "day"];
	const n = Math.floor(seconds / (size as number));
	return `${n} ${word}${n === 1 ? "" : "s"}`;
}
