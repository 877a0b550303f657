import { code, didYouMean } from "./entry.ts";

/** Snapshots: what only the database can tell. Mistakes in their configuration are TFM-PARSE-028. */
export const SNAPSHOT_CODES = {
	"TFM-SNAP-001": code<{ snapshot: string; relation: string; kind: string }>({
		message: (f) => `snapshot "${f.snapshot}" would be written to ${f.relation}, which is a ${f.kind}`,
		hint: () => "a snapshot adds rows to a table of its own",
		next: (f) => `drop or rename the ${f.kind}, or give the snapshot another alias or schema`,
		explain:
			"A snapshot keeps history, so it never replaces what stands under its name. Only a table that an earlier run of the snapshot made can take its rows.",
	}),
	"TFM-SNAP-002": code<{ snapshot: string; relation: string; missing: readonly string[] }>({
		message: (f) =>
			`snapshot "${f.snapshot}" would be written to ${f.relation}, which has no column ${f.missing.join(", ")}`,
		hint: () =>
			"the table was not made by this snapshot, or snapshot_meta_column_names or hard_deletes have changed since",
		next: () =>
			"add or rename the columns in the table and fill them for the rows that are there, or give the snapshot another alias",
		dbt: (f) =>
			`Snapshot target is missing configured columns (missing ${f.missing.map((name) => `"${name}"`).join(", ")}).`,
		explain:
			"The table under the snapshot's name lacks columns that say when a version began and ended. They cannot be made up for rows that are already there: with hard_deletes 'new_record' that is also the column dbt_is_deleted.",
	}),
	"TFM-SNAP-003": code<{ snapshot: string; keys: readonly string[]; duplicates: number; sample: string }>({
		message: (f) =>
			`snapshot "${f.snapshot}" would begin more than one version of the same row: ${f.duplicates} ${f.duplicates === 1 ? "key is" : "keys are"} not unique, for example ${f.keys.join(", ")} = ${f.sample}`,
		hint: () => "the query gives several rows with this unique_key, or the snapshot has several open versions of it",
		next: () => "make the query give one row for each key, or name more columns in unique_key",
		explain:
			"A unique_key must identify one row of the snapshot's query. With duplicates each run would end and begin all versions of a key together and the history would multiply, so nothing is written.",
	}),
	"TFM-SNAP-004": code<{ snapshot: string; strategy: string; macro: string; suggestion: string | undefined }>({
		message: (f) => `snapshot "${f.snapshot}" has the strategy "${f.strategy}", which does not exist`,
		hint: (f) => didYouMean(f.suggestion) ?? "tfm has the strategies timestamp and check",
		next: (f) => `use one of them, or write a macro ${f.macro}`,
		explain:
			"A strategy is a macro snapshot_<name>_strategy that says when a row is a new version. None of that name exists in the project or its packages.",
	}),
};
