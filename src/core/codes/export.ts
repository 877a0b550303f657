import { code } from "./entry.ts";

export const EXPORT_CODES = {
	"TFM-EXPORT-001": code<{ name: string | null; found: readonly string[]; suggestion?: string | undefined }>({
		message: (f) =>
			f.found.length > 1
				? `one table is exported at a time, and ${f.found.length} are selected: ${f.found.slice(0, 5).join(", ")}`
				: f.name === null
					? "nothing is selected that could be exported"
					: `there is no table called "${f.name}" to export`,
		hint: (f) => (f.suggestion === undefined ? undefined : `did you mean "${f.suggestion}"?`),
		next: () => "name a model, seed, snapshot or source: tfm export orders --format csv",
		explain: "`tfm export` writes the rows of one model, seed, snapshot or source that stands in the database.",
	}),
	"TFM-EXPORT-002": code<{ column: string; type: string; value: string }>({
		message: (f) => `column ${f.column} (${f.type}) holds ${f.value}, which Parquet has no value for`,
		next: () => "leave such values out in a model, or write csv or jsonl",
		explain:
			"Infinite days and moments, and those before Christ, have no place in the types of Parquet. Nothing was written.",
	}),
	"TFM-EXPORT-003": code<{ file: string; problem: string }>({
		message: (f) => `cannot write ${f.file} (${f.problem})`,
		hint: (f) => (f.problem === "ENOSPC" ? "the disk is full" : undefined),
		next: () => "what stood there before is unchanged",
		explain: "The file of an export could not be written. It is put in its place only when all of it is on the disk.",
	}),
	"TFM-EXPORT-004": code<Record<string, never>>({
		message: () => "Parquet is not text, so it needs a file to go to",
		next: () => "tfm export orders --output orders.parquet",
		explain: "`tfm export` writes csv, json and jsonl to standard output; a Parquet file needs `--output`.",
	}),
};
