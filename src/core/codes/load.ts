import { code, didYouMean, event } from "./entry.ts";

export const LOAD_CODES = {
	"TFM-LOAD-001": code<{ file: string; problem: string }>({
		message: (f) => `cannot read ${f.file} (${f.problem})`,
		hint: (f) => (f.problem === "EACCES" ? "the file may not be read by this user" : undefined),
		next: () => "check that the file exists and may be read, then run again",
		explain: "A seed or landing file could not be opened. Nothing was loaded.",
	}),
	"TFM-LOAD-002": code<{ file: string; short: boolean }>({
		message: (f) =>
			`${f.file} ${f.short ? "is cut short: the gzip stream ends too early" : "is not a sound gzip file"}`,
		hint: () => "was it still being written or copied?",
		next: () => "fetch the file again; nothing of this load was kept",
		explain: "A .gz file ends before its stream does, or its checksum is wrong. The whole load is rolled back.",
	}),
	"TFM-LOAD-003": code<{ file: string; byte: number | null; atStart?: boolean; encoding?: string }>({
		message: (f) =>
			f.byte === null
				? `${f.file} is not ${f.encoding ?? "UTF-8"}`
				: `${f.file} is not UTF-8: byte 0x${f.byte.toString(16).padStart(2, "0")} begins no character`,
		hint: (f) =>
			f.byte === null
				? undefined
				: f.byte >= 0xfe && f.atStart === true
					? "it looks like UTF-16"
					: "spreadsheets often save Windows-1252 or Latin-1",
		next: (f) => {
			const other = f.byte !== null && f.byte >= 0xfe && f.atStart === true ? "UTF-16" : "WINDOWS-1252";
			if (f.encoding !== undefined) return `say encoding: ${other.toLowerCase()} in the load: block`;
			return `save the file as UTF-8, for example: iconv -f ${other} -t UTF-8`;
		},
		explain:
			"Seeds are UTF-8, with or without a byte order mark; so are landing files whose `load:` block names no other `encoding` (utf-16, latin1, windows-1252).",
	}),
	"TFM-LOAD-004": code<{ found: number; expected: number }>({
		message: (f) => `this row has ${f.found} values, the header has ${f.expected}`,
		hint: (f) =>
			f.found > f.expected
				? "a value that holds the delimiter must stand in double quotes"
				: "a value is missing, or a quoted value ends too early",
		next: () => "correct the row; nothing was loaded",
		explain:
			"A row of a CSV file has more values than its header. In a seed a row with fewer is filled with nulls, as in dbt.",
	}),
	"TFM-LOAD-005": code<{ name: string; first: number; second: number }>({
		message: (f) => `column "${f.name}" stands twice in the header, at positions ${f.first} and ${f.second}`,
		next: () => "give one of them another name",
		explain:
			"The columns of a CSV file need names that the database tells apart. Of two equal names in a seed the second gets a number, as in dbt; `Id` and `id` without quotes are one name to it.",
	}),
	"TFM-LOAD-006": code<{ file: string }>({
		message: (f) => `${f.file} has no header`,
		next: () => "the first line of a CSV file names its columns",
		explain: "A CSV file begins with a line of column names.",
	}),
	"TFM-LOAD-007": code<{ problem: string }>({
		message: (f) => `cannot be read as CSV: ${f.problem}`,
		hint: () => 'a double quote inside a quoted value is written twice: "say ""hi"""',
		next: () => "correct the quotes; nothing was loaded",
		explain: "Quotes in a CSV file do not pair up, so it is not known where values end.",
	}),
	"TFM-LOAD-008": code<{ problem: string }>({
		message: (f) => `not JSON: ${f.problem}`,
		hint: () => "a page is one JSON document; for one document per line use format: jsonl",
		next: () => "correct or fetch the page again; nothing of this load was kept",
		explain:
			"A page of a landing load with format json could not be parsed. The whole load is rolled back. Commas before a closing bracket are read with `trailing_commas: accept`.",
	}),
	"TFM-LOAD-009": code<{ path: string; key: string }>({
		message: (f) => `no "${f.key}" in this page, where records: ${f.path} looks for it`,
		next: () => "set records: to the path of the array of records; leave it out where the page is the array",
		explain: "The `records` path of a landing load leads to nothing in a page.",
	}),
	"TFM-LOAD-010": code<{ table: string; problem: string; hint?: string | undefined }>({
		message: (f) => `the load: block of ${f.table}: ${f.problem}`,
		hint: (f) => f.hint,
		explain:
			"The `load:` block of a source table says which files fill it. Its keys: files, format (json, jsonl, csv, parquet), records, columns (a list, or infer), mode (append, replace, merge), keys, on_change (error, reload), duplicate_files (error, load), on_error (reject, fail), max_rejects, delimiter, quote, escape, header, encoding, null_values, date_formats, trailing_commas (error, accept), watermark, retention, before.",
	}),
	"TFM-LOAD-011": code<{ missing: readonly string[]; header: readonly string[] }>({
		message: (f) => `the file has no column ${f.missing.map((m) => `"${m}"`).join(", ")}`,
		hint: (f) => `it has: ${f.header.join(", ")}`,
		next: () => "correct columns: in the load: block, or the file",
		explain: "A landing file lacks a column that the `load:` block declares.",
	}),
	"TFM-LOAD-012": code<{ file: string; loadedAt: string; table: string }>({
		message: (f) => `${f.file} was loaded at ${f.loadedAt} and has other bytes now`,
		hint: () => "a file that changes after it was loaded makes the past unclear, so this stops",
		next: (f) =>
			`tfm load --select source:${f.table} --files '${f.file}' --reload replaces its rows; on_change: reload always does; or give the new version another name`,
		explain:
			"A landing file is loaded once. Under the same name it must keep its bytes, unless `on_change: reload` says to replace its rows.",
	}),
	"TFM-LOAD-013": code<{ files: string; table: string; staged?: boolean }>({
		message: (f) => `no file matches ${f.files}, from which ${f.table} is loaded`,
		hint: (f) => (f.staged === true ? undefined : "the glob starts at the project's folder"),
		next: (f) =>
			f.staged === true
				? `put the files there, or correct stage: and pattern: in the load: block; LIST ${f.files.split(" ")[0]} shows what is there`
				: "put the files there, or correct files: in the load: block",
		explain:
			"The glob of a landing load matches nothing. An empty folder is more often a mistake than a day without data.",
	}),
	"TFM-LOAD-014": code<{ file: string }>({
		message: (f) => `${f.file} holds a NUL character, which the database cannot store`,
		hint: () => "a text file with NUL characters is mostly UTF-16, or no text at all",
		next: () => "save the file as UTF-8",
		explain: "Postgres text cannot hold the character NUL. A seed that holds one is not loaded.",
	}),
	"TFM-LOAD-015": code<{ table: string; problem: string; alterable: boolean }>({
		message: (f) => `${f.table} exists and ${f.problem}`,
		next: (f) =>
			f.alterable
				? "load it again from all files: tfm load --select <source> --full-refresh"
				: "give the source another identifier or schema, or drop the existing relation",
		explain:
			"The landing table that exists does not fit the `load:` block: it was made by something else, or a column has another type. New columns are added by themselves; a changed type needs --full-refresh, which empties the table and loads all files again.",
	}),
	"TFM-LOAD-016": code<{ file: string }>({
		message: (f) => `${f.file} changed while it was being read`,
		hint: () => "write files under another name and rename them when they are complete",
		next: () => "run again; nothing of this load was kept",
		explain: "A landing file had other bytes when it was loaded than a moment before. The whole load is rolled back.",
	}),
	"TFM-LOAD-017": code<{ file: string; table: string }>({
		message: (f) =>
			`${f.file}, which matches the files of ${f.table}, leads out of the project through a symbolic link`,
		next: () => "copy the file into the project, or exclude it from files: in the load: block",
		explain: "Landing loads read only files that lie under the project's folder.",
	}),
	"TFM-LOAD-018": code<{ seed: string; message: string; column: string | null; type: string | null }>({
		message: (f) => `a row of the seed ${f.seed} cannot be stored: ${f.message}`,
		hint: (f) => (f.column === null || f.type === null ? undefined : `column ${f.column} is ${f.type}`),
		next: (f) =>
			f.column === null
				? "correct the row"
				: "correct the value, or the type under `column_types` of the seed's config",
		explain:
			"The database refused a value of a CSV file, mostly because `column_types` gives its column a type that it does not fit. The place is that of the value; nothing of the seed was loaded.",
	}),
	"TFM-LOAD-019": code<{ seed: string; delimiter: string }>({
		message: (f) =>
			`compilation error in the seed ${f.seed}: its delimiter has to be one character, and is ${JSON.stringify(f.delimiter)}`,
		next: () => 'correct `delimiter` of the seed\'s config; a tab is "\\t" in double quotes',
		explain: "The character between the values of a CSV file is a single one. Nothing of the seed was loaded.",
	}),
	"TFM-LOAD-020": code<{ seed: string; names: readonly string[] }>({
		message: (f) =>
			`syntax error in the columns of the seed ${f.seed}: ${f.names.map((name) => JSON.stringify(name)).join(", ")} cannot stand without quotes`,
		hint: () => "a whole header in one name is mostly a wrong `delimiter`",
		next: () => "correct `delimiter` or the header, or set `quote_columns: true`",
		explain:
			"With `quote_columns: false`, and on Snowflake also without it, the names of a seed's columns stand in SQL as they are written in the header, so they have to be letters, digits and underscores. Nothing of the seed was loaded.",
	}),
	"TFM-LOAD-021": code<{ file: string; row: number; reason: string }>({
		message: (f) => `record ${f.row} of ${f.file} does not fit: ${f.reason}`,
		next: () => "correct the file, or keep such records apart with on_error: reject",
		explain:
			"With `on_error: fail` the first record that does not fit its table stops the load, and nothing of it is kept.",
	}),
	"TFM-LOAD-022": code<{
		table: string;
		rejects: number;
		records: number;
		limit: string;
		first: readonly string[];
	}>({
		message: (f) =>
			`${f.rejects} of ${f.records} records for ${f.table} do not fit, and max_rejects is ${f.limit}\n${f.first.map((line) => `  ${line}`).join("\n")}${f.rejects > f.first.length ? `\n  and ${f.rejects - f.first.length} more` : ""}`,
		hint: () => "so many at once are mostly a file of another shape",
		next: () => "correct the files or the columns; nothing of this load was kept",
		explain:
			"More records of a load were turned away than `max_rejects` allows, a number or a share of all records. The whole load is rolled back, rejects included.",
	}),
	"TFM-LOAD-023": code<{ file: string; problem: string }>({
		message: (f) => `${f.file} cannot be read as Parquet: ${f.problem}`,
		next: () => "fetch the file again; nothing of this load was kept",
		explain:
			"A Parquet file is damaged, was cut short, or uses something that cannot be read. The whole load is rolled back.",
	}),
	"TFM-LOAD-024": code<{ file: string; stored: number; unpacked: number; limit: number | null }>({
		message: (f) =>
			f.limit === null
				? `${f.file} unpacks to more than ${Math.floor(f.unpacked / f.stored)} times its size: it looks like a bomb`
				: `${f.file} unpacks to more than the ${f.limit} bytes of max_uncompressed`,
		hint: (f) => `${Math.round(f.unpacked / 2 ** 20)} MiB came out of ${Math.round(f.stored / 1024)} KiB`,
		next: () =>
			"look at the file; if it is right, say how large it may become: max_uncompressed: 2GB in the load: block",
		explain:
			"A compressed file that grows without measure fills disks and memory. Files that unpack to more than 250 times their size are refused once 24 MiB have come out of them, unless `max_uncompressed` of the `load:` block says how many bytes may.",
	}),
	"TFM-LOAD-025": code<{ file: string; limit: number }>({
		message: (f) => `${f.file} is larger than ${f.limit >> 20} MiB, and a JSON page is read whole`,
		next: () => "have it written as JSON Lines (format: jsonl), or as several pages",
		explain: "A page of format json is one document and has to fit into memory. JSON Lines have no limit.",
	}),
	"TFM-LOAD-026": code<{ file: string; columns: number; limit: number; name: string | null }>({
		message: (f) =>
			f.name !== null
				? `${f.file} has a column called ${JSON.stringify(f.name.slice(0, 80))}, which no table can have`
				: f.columns === 0
					? `${f.file} shows no columns`
					: `${f.file} has ${f.columns} columns; a table has ${f.limit} at most`,
		hint: (f) => (f.name === null ? undefined : "names have 1 to 63 bytes; those that start with _tfm_ are tfm's own"),
		next: () => "declare the columns that are wanted: columns: [{name: id, type: bigint}, …]",
		explain:
			"The columns of a landing table are found in its first file, and that one does not show any that a table could have.",
	}),
	"TFM-LOAD-027": code<{ file: string; twin: string; loadedAt: string }>({
		message: (f) => `${f.file} has the same bytes as ${f.twin}, which was loaded at ${f.loadedAt}`,
		hint: () => "a delivery that came twice under two names would be counted twice",
		next: () => "remove one of them, or say duplicate_files: load",
		explain:
			"Two files of a landing table are the same, byte by byte, and hold rows. With `duplicate_files: load` both are loaded.",
	}),
	"TFM-LOAD-028": code<{ table: string; replace: boolean }>({
		message: (f) =>
			`${f.table} ${f.replace ? "has mode: replace and is" : "is to be"} loaded whole, so --from, --to and --files cannot narrow it`,
		next: (f) =>
			f.replace ? "leave them out, or load it with mode: append or merge" : "say --reload instead of --full-refresh",
		explain: "A table that is emptied first needs all of its files: what a window leaves out would be lost.",
	}),
	"TFM-LOAD-029": code<{ table: string; command: string; problem: string; output: readonly string[] }>({
		message: (f) =>
			`the before: command of ${f.table} (${f.command}) ${f.problem}${f.output.map((line) => `\n  ${line}`).join("")}`,
		next: () => "correct what it says; nothing was loaded",
		explain:
			"The command that fetches the files of a landing table did not end well: it failed, could not be started, or took too long. The last lines that it wrote are shown, the log has all.",
	}),
	"TFM-LOAD-030": code<{ table: string; problem: string }>({
		message: (f) => `${f.table} ${f.problem}`,
		next: () => "declare it in the load: block: watermark: updated_at",
		explain:
			"`tfm watermark` prints the highest loaded value of the column that a `load:` block calls its `watermark`.",
	}),
	"TFM-LOAD-031": code<{ selected: string }>({
		message: (f) => `none of what --select ${f.selected} names is loaded from files`,
		next: () => "tfm ls --resource-type source shows the sources; a load: block says which files fill one",
		explain: "`tfm load` fills source tables that have a `load:` block.",
	}),
	"TFM-LOAD-032": code<{ files: readonly string[] }>({
		message: (f) => `no landing file matches --files ${f.files.map((file) => `'${file}'`).join(" ")}`,
		hint: () => "paths and globs start at the project's folder, and are looked for among the files of the load: blocks",
		next: () => "tfm load --dry-run lists the files",
		explain: "Files that an orchestrator names and that are not there were not delivered, or are misspelt.",
	}),
	"TFM-LOAD-033": code<{ table: string; engine: string }>({
		message: (f) => `${f.table} is loaded from a stage, which ${f.engine} does not have`,
		next: () =>
			"choose a target on Snowflake (--target), or say files: with a glob under the project in place of stage:",
		explain: "`stage:` of a `load:` block names a stage of Snowflake. Other databases load files of the project.",
	}),
	"TFM-LOAD-034": code<{ table: string; stage: string; problem: string }>({
		message: (f) => `the stage ${f.stage}, from which ${f.table} is loaded, is not there: ${f.problem}`,
		hint: () => "Snowflake says the same of a stage that the role may not use",
		next: (f) =>
			`correct stage: in the load: block, make it (create stage ${f.stage.slice(1)} …), or have it granted: usage on an external stage, read on one of Snowflake's own`,
		explain:
			"A landing table is loaded from a stage that does not exist, or that the role has no privilege on. A name without a schema is looked for in the schema of the profile.",
	}),
	"TFM-LOAD-035": code<{ seed: string; column: string; type: string; values: number; digits: number }>({
		message: (f) =>
			`the seed ${f.seed} loses digits: ${f.values === 1 ? "one value" : `${f.values} values`} of ${f.column} ${f.values === 1 ? "has" : "have"} digits behind the point, and here ${f.type} keeps none`,
		hint: () => "on Snowflake a number without a scale is NUMBER(38,0), and what is stored in it is rounded",
		next: (f) =>
			`say how many digits it keeps, under column_types of the seed's config: ${f.column}: "numeric(38, ${f.digits})"`,
		explain:
			"`column_types` gives a column of a seed a type without a scale, where the database keeps no digits behind the point then, and values of the file have some. They are rounded as they are loaded, and nothing else says so. On Postgres `numeric` keeps them all.",
	}),
	"TFM-LOAD-036": code<{
		seed: string;
		file: string;
		names: readonly string[];
		columns: readonly string[];
		suggestion: string | undefined;
	}>({
		message: (f) =>
			`column_types of the seed ${f.seed} name columns that its file does not have: ${f.names.join(", ")}`,
		hint: (f) =>
			didYouMean(f.suggestion) ??
			`names are compared letter by letter; the file has ${f.columns.slice(0, 20).join(", ")}`,
		next: () => "correct the names under column_types of the seed's config, or take them out",
		dbt: (f) =>
			`Column types specified for non-existent columns in seed '${f.seed}' (file: ${f.file}): ${f.names.join(", ")}. These column type overrides will be ignored.`,
		events: (f) =>
			event({
				msg: `Column types specified for non-existent columns in seed '${f.seed}' (file: ${f.file}): ${f.names.join(", ")}. These column type overrides will be ignored.`,
			}),
		explain:
			"A type is given for a column that the header of the seed's file does not have, a misspelt one mostly. The type is ignored, and the column that was meant gets the type that its values have. dbt's name of the remark is `JinjaLogWarning`.",
	}),
};
