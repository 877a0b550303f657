import { type CodeEntry, code } from "./entry.ts";

/** How old sources are. */
export const FRESHNESS_CODES = {
	"TFM-FRESH-001": code<{ source: string; table: string; adapter: string }>({
		message: (f) => `nothing says when ${f.source}.${f.table} was loaded`,
		hint: () => "a table in Postgres keeps no time of its last change, so tfm must be told where to look",
		next: () => "set loaded_at_field to a column with the time of loading, or loaded_at_query to a query for it",
		dbt: (f) =>
			`Could not compute freshness for source ${f.table}: no 'loaded_at_field' provided and ${f.adapter} adapter does not support metadata-based freshness checks.`,
		explain:
			"The source has freshness thresholds and neither loaded_at_field nor loaded_at_query. Snowflake knows when a table was changed last; Postgres does not. A landing table that tfm loads has the time in its column _tfm_loaded_at and needs neither.",
	}),
	"TFM-FRESH-002": code<{ type: string; source: string }>({
		message: (f) => `the time of loading of ${f.source} is no timestamp but a value of type ${f.type}`,
		next: () => "cast it in loaded_at_field, for example loaded_on::timestamp, or write the query in loaded_at_query",
		dbt: (f) =>
			`Expected a timestamp value when querying field 'last_modified' of table None but received value of type '${f.type}' instead`,
		explain:
			"An age is computed from a timestamp, with or without a time zone (without one it is taken for UTC). Dates, numbers and texts are not turned into one silently.",
	}),
	"TFM-FRESH-003": code<{ macro: string; problem: string }>({
		message: (f) => `the macro ${f.macro} gave something else than one row with two columns: ${f.problem}`,
		hint: () => "its row is the time of the last load and the time now",
		dbt: (f) => `Got an invalid result from "${f.macro}" macro`,
		explain:
			"A project or package that brings its own collect_freshness or collect_freshness_custom_sql returns the result of a statement, load_result(…), or its table: one row with max_loaded_at and snapshotted_at.",
	}),
	"TFM-FRESH-004": code<{ source: string; age: string; allowed: string; newest: string | null; by: "row" | "change" }>({
		message: (f) =>
			f.newest === null
				? `${f.source} is stale: it has no rows`
				: f.by === "row"
					? `${f.source} is stale: its newest row is ${f.age} old, ${f.allowed} is allowed`
					: `${f.source} is stale: it was changed ${f.age} ago, ${f.allowed} is allowed`,
		hint: (f) =>
			f.newest === null
				? undefined
				: `${f.by === "row" ? "it was loaded" : "the catalog says: changed"} at ${f.newest}`,
		explain:
			"The newest row of a source is older than error_after allows. `tfm source freshness` fails with it. In a layered run what is built from a stale source is held back, unless the gate of the source's layer only warns or is off.",
	}),
	"TFM-FRESH-005": code<{ source: string; level: "table" | "source" }>({
		message: (f) => `${f.source} has both loaded_at_field and loaded_at_query`,
		next: () => "keep one of them",
		dbt: (f) => `Cannot specify both loaded_at_field and loaded_at_query at ${f.level} level.`,
		explain:
			"The time of the last load is either the maximum of an expression over the table or the answer of a query.",
	}),
	"TFM-FRESH-006": code<{ source: string }>({
		message: (f) => `loaded_at_field of ${f.source} is an empty text`,
		next: () => "write null to switch it off, or name a column",
		dbt: () => "loaded_at_field cannot be an empty string.",
		explain: "An empty expression cannot be asked for. A null takes away what the source says for all its tables.",
	}),
	"TFM-FRESH-007": code<{ source: string; message: string }>({
		message: (f) => `the database refused to say how old ${f.source} is: ${f.message}`,
		hint: () => "the query is made of the table, loaded_at_field and filter, or of loaded_at_query; -vv shows it",
		explain:
			"The table of a source does not exist, its loaded_at_field or filter names a column that it does not have, or loaded_at_query gives more than one value.",
	}),
	"TFM-FRESH-008": code<{ source: string }>({
		message: (f) => `the freshness of ${f.source} cannot be told: it has thresholds and no loaded_at_field`,
		next: () => "name the column with the time of the load, or give loaded_at_query",
		dbt: (f) =>
			`The configured adapter does not support metadata-based freshness. A loaded_at_field must be specified for source '${f.source}'.`,
		explain:
			"`tfm source freshness` compares the last load with `warn_after` and `error_after`. Postgres, unlike Snowflake, does not keep the time at which a table was written, so a column or a query has to say it.",
	}),
	"TFM-FRESH-009": code<{ source: string }>({
		message: (f) => `the filter of ${f.source} is not applied: its age is read from the catalog`,
		hint: () => "the catalog says when the table was changed last, whatever the rows",
		next: () => "name the column with the time of the load in loaded_at_field, or remove the filter",
		dbt: (f) => `A filter cannot be applied to a metadata freshness check on source '${f.source}'.`,
		explain:
			"Where neither loaded_at_field nor loaded_at_query is set, Snowflake's catalog says when the table was changed last. That is one time for the whole table, so that `filter` of `freshness` has nothing to filter.",
	}),
} satisfies Record<string, CodeEntry<never>>;
