import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { SourceNode } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";

const LANDING_TYPES = [
	"text",
	"integer",
	"bigint",
	"numeric",
	"boolean",
	"date",
	"timestamp",
	"timestamptz",
	"json",
] as const;
export type LandingType = (typeof LANDING_TYPES)[number];

export interface LandingColumn {
	readonly name: string;
	readonly type: LandingType;
	/** Where the value stands in a record: `address.city`; a CSV header for format csv. */
	readonly path: string;
}

/** The `load:` block of a source table. */
export interface LoadSpec {
	/** A glob under the project's root. */
	readonly files: string;
	readonly format: "json" | "jsonl" | "csv";
	/** Format json: the path of the array in a page; "" is the page itself. */
	readonly records: string;
	/** Empty: one column `record` of type json holds each record as it came. */
	readonly columns: readonly LandingColumn[];
	readonly mode: "append" | "replace";
	/** What a file means that was loaded before and has other bytes now. */
	readonly onChange: "error" | "reload";
	readonly delimiter: string;
	/** Formats json and jsonl: whether `[1,]` and `{"a": 1,}` are read as if the last comma were a blank. */
	readonly trailingCommas: "error" | "accept";
}

const KEYS = ["files", "format", "records", "columns", "mode", "on_change", "delimiter", "trailing_commas"];

/** Validates a `load:` block; throws all its mistakes together (TFM-LOAD-010). */
export function readLoadSpec(source: SourceNode): LoadSpec {
	const block = source.load;
	const mistakes: Diagnostic[] = [];
	const wrong = (problem: string, hint?: string) =>
		mistakes.push(
			diagnostic(
				"TFM-LOAD-010",
				{ table: `${source.source_name}.${source.name}`, problem, hint },
				{ at: source.location },
			),
		);
	if (typeof block !== "object" || block === null || Array.isArray(block)) {
		wrong("must be a mapping", 'load: { files: "data/orders/*.jsonl.gz", format: jsonl }');
		throw new TfmError(mistakes);
	}
	const given = block as Record<string, unknown>;
	for (const key of Object.keys(given)) {
		if (KEYS.includes(key)) continue;
		const close = suggestName(key, KEYS);
		wrong(
			`has an unknown key "${key}"`,
			close === undefined ? `known keys: ${KEYS.join(", ")}` : `did you mean "${close}"?`,
		);
	}
	const text = (key: string, fallback: string): string => {
		const value = given[key];
		if (value === undefined || value === null) return fallback;
		if (typeof value === "string") return value;
		wrong(`${key} must be text`);
		return fallback;
	};
	const oneOf = <T extends string>(key: string, options: readonly T[], fallback: T): T => {
		const value = text(key, fallback);
		if ((options as readonly string[]).includes(value)) return value as T;
		wrong(`${key} "${value}" is not one of ${options.join(", ")}`);
		return fallback;
	};
	const files = text("files", "");
	if (files === "") wrong("needs files", 'a glob under the project: files: "data/orders/*.jsonl.gz"');
	else if (files.startsWith("/") || /^[A-Za-z]:/.test(files) || files.split(/[\\/]/).includes(".."))
		wrong(`files "${files}" leaves the project`, "landing files stand under the project's folder");
	const spec: LoadSpec = {
		files,
		format: oneOf("format", ["json", "jsonl", "csv"], formatOf(files)),
		records: text("records", ""),
		columns: readColumns(given.columns, wrong),
		mode: oneOf("mode", ["append", "replace"], "append"),
		onChange: oneOf("on_change", ["error", "reload"], "error"),
		delimiter: text("delimiter", ","),
		trailingCommas: oneOf("trailing_commas", ["error", "accept"], "error"),
	};
	if (spec.format === "csv" && spec.columns.length === 0)
		wrong("format csv needs columns", "columns: [{name: id, type: bigint}, …]");
	if (spec.format === "csv" && spec.trailingCommas === "accept")
		wrong("has trailing_commas, which is for JSON", "remove it, or say format: json");
	if (mistakes.length > 0) throw new TfmError(mistakes);
	return spec;
}

const formatOf = (files: string): LoadSpec["format"] =>
	/\.csv(\.gz)?$/.test(files) ? "csv" : /\.(jsonl|ndjson)(\.gz)?$/.test(files) ? "jsonl" : "json";

function readColumns(given: unknown, wrong: (problem: string, hint?: string) => void): readonly LandingColumn[] {
	if (given === undefined || given === null) return [];
	if (!Array.isArray(given)) {
		wrong("columns must be a list");
		return [];
	}
	const columns: LandingColumn[] = [];
	for (const item of given as unknown[]) {
		const column = (typeof item === "object" && item !== null ? item : {}) as Record<string, unknown>;
		const { name, type = "text", path = name } = column;
		if (typeof name !== "string" || typeof path !== "string" || name === "")
			wrong("each column needs a name", "columns: [{name: id, type: bigint, path: id}]");
		else if (!LANDING_TYPES.includes(type as LandingType))
			wrong(`column ${name}: type "${String(type)}" is not one of ${LANDING_TYPES.join(", ")}`);
		else if (name.startsWith("_tfm_")) wrong(`column ${name}: names that start with _tfm_ are tfm's own`);
		else if (columns.some((c) => c.name === name)) wrong(`column ${name} stands there twice`);
		else columns.push({ name, type: type as LandingType, path });
	}
	return columns;
}
