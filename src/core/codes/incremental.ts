import { type CodeEntry, code, didYouMean, event } from "./entry.ts";

const list = (names: readonly string[]): string => names.join(", ");
const plural = (names: readonly unknown[], one: string, many: string): string => (names.length === 1 ? one : many);

const MICROBATCH_HINTS: Readonly<Record<string, string>> = {
	event_time: "event_time: the name of a column, for example order_date",
	begin: 'begin: where the first batch starts, for example "2024-01-01"',
	batch_size: "batch_size: hour, day, month or year",
	lookback: "lookback: a whole number of batches",
	concurrent_batches: "concurrent_batches: true or false",
};

/** Incremental models and materialized views: new rows, changed columns, keys. */
export const INCREMENTAL_CODES = {
	"TFM-INC-001": code<{ node: string; strategy: string; macro: string; suggestion: string | undefined }>({
		message: (f) => `${f.node} asks for the incremental strategy "${f.strategy}", and there is no macro ${f.macro}`,
		hint: (f) => didYouMean(f.suggestion) ?? "the built-in ones are append, delete+insert and merge",
		next: (f) => `choose one of them with incremental_strategy, or write the macro ${f.macro}(arg_dict)`,
		dbt: (f) => `dbt could not find an incremental strategy macro with the name "${f.macro}" in ${f.node}`,
		explain:
			"The statement that brings new rows into a table comes from the macro `get_incremental_<strategy>_sql`. None of the project's packages has one of this name, and it is not a built-in strategy.",
	}),
	"TFM-INC-002": code<{ node: string; strategy: string; reason: string }>({
		message: (f) => `${f.node} cannot use the incremental strategy "${f.strategy}": ${f.reason}`,
		next: () => "use delete+insert with a unique_key, or append",
		explain:
			"The strategy exists, but not here: the database lacks the statement that it needs (merge came with Postgres 15), the adapter has no such strategy, or this version of tfm does not build it.",
	}),
	"TFM-INC-003": code<{ node: string; column: string; missing: "query" | "table"; suggestion: string | undefined }>({
		message: (f) =>
			`${f.node} has the unique_key "${f.column}", which is not a column of its ${f.missing === "query" ? "query" : "published table"}`,
		hint: (f) => didYouMean(f.suggestion),
		next: (f) =>
			f.missing === "query"
				? "select the column, or correct unique_key"
				: "add the column with on_schema_change: append_new_columns, or rebuild with --full-refresh",
		explain:
			"Rows are matched by the unique_key, so both the new rows and the table that they go into must have its columns.",
	}),
	"TFM-INC-004": code<{ node: string; columns: readonly string[] }>({
		message: (f) =>
			`the query of ${f.node} no longer has the ${plural(f.columns, "column", "columns")} ${list(f.columns)} of its published table`,
		hint: () => "with on_schema_change: ignore every column of the table must be there",
		next: () =>
			"select it again, set on_schema_change to append_new_columns (new rows get null) or sync_all_columns (the column goes), or rebuild with --full-refresh",
		explain:
			"With `on_schema_change: ignore`, the default, rows are inserted with the columns that the table has. A column that the query has lost cannot be filled. dbt fails here too, with the database's words.",
	}),
	"TFM-INC-005": code<{
		node: string;
		added: readonly string[];
		removed: readonly string[];
		retyped: readonly string[];
	}>({
		message: (f) =>
			`the columns of ${f.node} changed: ${[
				...(f.added.length === 0 ? [] : [`new: ${list(f.added)}`]),
				...(f.removed.length === 0 ? [] : [`gone: ${list(f.removed)}`]),
				...(f.retyped.length === 0 ? [] : [`other type: ${list(f.retyped)}`]),
			].join("; ")}`,
		hint: () => "on_schema_change: fail stops the model then",
		next: () => "rebuild with --full-refresh, or set on_schema_change to append_new_columns or sync_all_columns",
		explain:
			"With `on_schema_change: fail` an incremental model stops as soon as its query has other columns, or columns of other types, than the published table. Nothing was changed.",
	}),
	"TFM-INC-006": code<{ node: string; key: readonly string[]; values: readonly (string | null)[]; rows: number }>({
		message: (f) =>
			`${f.node} has ${f.rows} new rows for one row of its table: (${list(f.key)}) = (${list(f.values.map((v) => v ?? "null"))})`,
		hint: () => "merge can give a row its new values only once",
		next: () => "make the query return one row for each unique_key",
		explain:
			"With the strategy `merge` each row of the table may be met by one new row at most; the database would refuse the statement while publishing. It is found before, and nothing was changed.",
	}),
	"TFM-INC-007": code<{ node: string; value: string; suggestion: string | undefined }>({
		message: (f) => `${f.node}: on_schema_change "${f.value}" does not exist; it is taken as "ignore", as in dbt`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "write ignore, fail, append_new_columns or sync_all_columns",
		explain: "dbt takes an unknown value for `ignore` and says so in its log only. tfm does the same, and warns.",
	}),
	"TFM-INC-008": code<{ node: string; problem: string }>({
		message: (f) => `${f.node}: ${f.problem}`,
		next: () => "correct merge_update_columns or merge_exclude_columns",
		explain:
			"`merge_update_columns` names the columns that a matched row gets from its new row, `merge_exclude_columns` those that it keeps. Both at once, a column that does not exist, or no column left to update is refused before the database refuses the statement.",
	}),
	"TFM-INC-009": code<{ node: string; changes: readonly string[] }>({
		message: (f) =>
			`the configuration of the materialized view ${f.node} changed and is left as it was: ${f.changes.join("; ")}`,
		next: () => "set on_configuration_change to apply, or run it with --full-refresh",
		explain:
			"With `on_configuration_change: continue` a materialized view whose indexes are no longer those of its config keeps them; its rows are built anew.",
	}),
	"TFM-INC-010": code<{ node: string; key: readonly string[]; values: readonly (string | null)[]; rows: number }>({
		message: (f) =>
			`${f.node} has ${f.rows} new rows with one unique_key: (${list(f.key)}) = (${list(f.values.map((v) => v ?? "null"))}); all of them are inserted`,
		hint: () => "the next new row of that key would change them all",
		next: () => "make the query return one row for each unique_key",
		explain:
			"The strategy `merge` inserts every new row that meets none of the table, also several with the same key. dbt does the same and says nothing; mostly it is a mistake.",
	}),
	"TFM-INC-011": code<{ node: string; config: string; problem: string }>({
		message: (f) => `${f.node}: ${f.config} ${f.problem}`,
		explain:
			"A config of an incremental model, a materialized view or a partitioned table has a value of another kind.",
	}),
	"TFM-INC-012": code<{ node: string; changes: readonly string[] }>({
		message: (f) => `the configuration of the materialized view ${f.node} changed: ${f.changes.join("; ")}`,
		hint: () => "on_configuration_change: fail stops the model then",
		next: () => "run it with --full-refresh, or set on_configuration_change to apply",
		explain:
			"With `on_configuration_change: fail` a materialized view whose indexes are no longer those of its config stops. Nothing was changed.",
	}),
	"TFM-INC-013": code<{ node: string }>({
		message: (f) => `${f.node} is built in batches and has no unique_key`,
		hint: () => "here a batch is merged: without a key its rows would come in once more each time it is built",
		next: () => "set unique_key, or write the macro get_incremental_microbatch_sql(arg_dict)",
		explain:
			"On Postgres the incremental strategy `microbatch` merges the rows of each batch by the unique_key, as dbt-postgres does, which refuses a model without one as soon as it has a second batch.",
	}),
	"TFM-INC-014": code<{ node: string }>({
		message: (f) => `the columns of ${f.node} are not the same in all batches of this run`,
		next: () => "make the query return the same columns whatever the batch, or build the batches one by one",
		explain:
			"The new rows of all batches of a run come into the table together, so they need the same columns. A template that selects other columns for some of the batches does not fit in.",
	}),
	"TFM-INC-015": code<{ node: string; key: string; problem: string }>({
		message: (f) => `the microbatch model ${f.node} ${f.problem}`,
		hint: (f) => MICROBATCH_HINTS[f.key],
		explain:
			"A model with the incremental strategy `microbatch` is built in batches of event time. It says by which column (`event_time`), how long a batch is (`batch_size`: hour, day, month or year), and where the first one begins (`begin`); how many batches before the present one are built again (`lookback`) is optional.",
	}),
	"TFM-INC-016": code<{ models: readonly string[] }>({
		message: (f) =>
			`concurrent_batches has no effect here: the batches of ${list(f.models)} are built one after the other`,
		dbt: (f) =>
			`Found ${f.models.length} microbatch model${f.models.length === 1 ? "" : "s"} with the \`concurrent_batches\` config set to true, but the postgres adapter does not support running batches concurrently. Batches will be run sequentially.`,
		events: (f) => event({ num_models: f.models.length, adapter_type: "postgres" }),
		explain:
			"Postgres merges batches into one table, and two merges at once could insert one key twice. dbt says so too.",
	}),
	"TFM-INC-018": code<Record<string, never>>({
		message: () => "a backfill needs to know from when on",
		next: () => "tfm backfill MODEL --from 2026-01-01 --to 2026-02-01",
		explain: "`tfm backfill` builds the windows of time from `--from` up to `--to` (by default now).",
	}),
	"TFM-INC-019": code<{ selected: string }>({
		message: (f) => `${f.selected} selects no model that is built in windows of time or in groups`,
		hint: () =>
			"incremental_strategy: microbatch, with event_time, batch_size and begin; or reprocess_by, the key of a group; other models are built whole by tfm run",
		explain:
			"A backfill builds windows of time. Which rows belong to a window is known of models with the strategy microbatch, and of those with `reprocess_by`, whose groups are touched by the rows of a window; any other incremental model decides by itself what is new.",
	}),
	"TFM-INC-017": code<{ node: string }>({
		message: (f) => `the microbatch model ${f.node} reads nothing that has an event_time: each batch reads all rows`,
		next: () => "set event_time on its inputs, or filter by model.batch in the query",
		dbt: (f) => `The microbatch model '${f.node}' has no 'ref' or 'source' input with an 'event_time' configuration.`,
		events: (f) => event({ model_name: f.node }),
		explain:
			"While a batch is built, `ref()` and `source()` read only the rows of its window, but only of inputs whose config says what their `event_time` is. Where none does, every batch reads everything.",
	}),
} satisfies Record<string, CodeEntry<never>>;
