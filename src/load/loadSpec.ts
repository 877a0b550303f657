import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain, SourceNode } from "../core/node.ts";
import type { LoadMistake } from "../core/ports.ts";
import { suggestName } from "../core/suggestName.ts";
import { ENCODINGS, type Encoding } from "./encodings.ts";
import { LANDING_FORMATS, type LandingColumn, type LandingFormat, type Wrong } from "./landingTypes.ts";
import { type FetchCommand, readBefore } from "./readBefore.ts";
import { readColumns } from "./readColumns.ts";
import { checkStaged, readStage, type StageSpec, stagedFormat } from "./readStage.ts";

/** The `load:` block of a source table. */
export interface LoadSpec {
	/** A glob under the project's root; empty where there is a stage. */
	readonly files: string;
	/** Where the files stand that the database reads itself; null: they are files of the project. */
	readonly stage: StageSpec | null;
	readonly format: LandingFormat;
	/** Format json: the path of the array in a page; "" is the page itself. */
	readonly records: string;
	/**
	 * `record`: one column of type json holds each record as it came. `infer`: as the first file has them; the table keeps
	 * them from then on.
	 */
	readonly columns: readonly LandingColumn[] | "infer" | "record";
	readonly mode: "append" | "replace" | "merge";
	/** Mode merge: the columns that make a row another one's successor; empty otherwise. */
	readonly keys: readonly string[];
	/** What a file means that was loaded before and has other bytes now. */
	readonly onChange: "error" | "reload";
	/** What a file means that has the bytes of another one. */
	readonly duplicateFiles: "error" | "load";
	readonly onError: "reject" | "fail";
	/** More rejects than this in one load keep nothing of it; `share`: of its records, 0 to 1. */
	readonly maxRejects: { readonly rows: number } | { readonly share: number } | null;
	readonly delimiter: string;
	/** Null: no character quotes. */
	readonly quote: string | null;
	/** Null: the quote, written twice. */
	readonly escape: string | null;
	readonly header: boolean;
	readonly encoding: Encoding;
	/** Texts that stand for no value. */
	readonly nullValues: readonly string[];
	/** For columns of dates and times that have no formats of their own. */
	readonly dateFormats: readonly string[];
	/** Formats json and jsonl: whether `[1,]` and `{"a": 1,}` are read as if the last comma were a blank. */
	readonly trailingCommas: "error" | "accept";
	/** The column whose highest value `tfm watermark` prints. */
	readonly watermark: string | null;
	/** Rows and rejects go so many milliseconds after they were loaded; null: they stay. */
	readonly retentionMs: number | null;
	/** Bytes that may come out of a packed file; null: no more than any honest one has. */
	readonly maxUncompressed: number | null;
	/** Run before the files are looked for. */
	readonly before: FetchCommand | null;
}

const KEYS = [
	"files",
	"stage",
	"pattern",
	"format",
	"records",
	"columns",
	"mode",
	"keys",
	"on_change",
	"duplicate_files",
	"on_error",
	"max_rejects",
	"delimiter",
	"quote",
	"escape",
	"header",
	"encoding",
	"null_values",
	"date_formats",
	"trailing_commas",
	"watermark",
	"retention",
	"max_uncompressed",
	"before",
];

/** Which formats an option is for; the others take none of it. */
const ONLY: Readonly<Record<string, readonly LandingFormat[]>> = {
	records: ["json"],
	delimiter: ["csv"],
	quote: ["csv"],
	escape: ["csv"],
	header: ["csv"],
	encoding: ["csv", "json", "jsonl"],
	trailing_commas: ["json", "jsonl"],
};

/** The `load:` block of a source; throws all its mistakes together (TFM-LOAD-010), which parsing has told with their places. */
export function readLoadSpec(source: SourceNode): LoadSpec {
	const mistakes: LoadMistake[] = [];
	const spec = readLoadBlock(source.load, mistakes);
	if (spec !== null && mistakes.length === 0) return spec;
	const table = `${source.source_name}.${source.name}`;
	throw new TfmError(
		mistakes.map(
			({ problem, hint }): Diagnostic => diagnostic("TFM-LOAD-010", { table, problem, hint }, { at: source.location }),
		),
	);
}

/** What is wrong with a `load:` block. */
export function loadMistakes(block: Plain): readonly LoadMistake[] {
	const mistakes: LoadMistake[] = [];
	readLoadBlock(block, mistakes);
	return mistakes;
}

/** Null where the block is no mapping; of a block with mistakes, what is left of it. */
function readLoadBlock(block: Plain, mistakes: LoadMistake[]): LoadSpec | null {
	const wrong: Wrong = (problem, hint, path) => mistakes.push({ problem, hint, path });
	if (typeof block !== "object" || block === null || Array.isArray(block)) {
		wrong("must be a mapping", 'load: { files: "data/orders/*.jsonl.gz", format: jsonl }', []);
		return null;
	}
	const given = block as Record<string, unknown>;
	for (const key of Object.keys(given)) {
		if (KEYS.includes(key)) continue;
		const close = suggestName(key, KEYS);
		wrong(
			`has an unknown key "${key}"`,
			close === undefined ? `known keys: ${KEYS.join(", ")}` : `did you mean "${close}"?`,
			[key],
		);
	}
	const read = new BlockReader(given, wrong);
	const staged = given.stage !== undefined && given.stage !== null;
	const stage = readStage(given, wrong);
	const files = staged ? "" : read.text("files", "");
	if (!staged && files === "")
		wrong(
			"needs files",
			'a glob under the project: files: "data/orders/*.jsonl.gz"',
			given.files === undefined ? [] : ["files"],
		);
	else if (files.startsWith("/") || /^[A-Za-z]:/.test(files) || files.split(/[\\/]/).includes(".."))
		wrong(`files "${files}" leaves the project`, "landing files stand under the project's folder", ["files"]);
	const format = read.oneOf("format", LANDING_FORMATS, staged ? stagedFormat(given) : formatOf(files));
	const dateFormats = read.list("date_formats", []);
	const columns = columnsOf(given.columns, { format, dateFormats, staged, wrong });
	const mode = read.oneOf("mode", ["append", "replace", "merge"], "append");
	const spec: LoadSpec = {
		files,
		stage,
		format,
		records: read.text("records", ""),
		columns,
		mode,
		keys: keysOf(read.list("keys", []), { mode, columns, wrong }),
		onChange: read.oneOf("on_change", ["error", "reload"], "error"),
		duplicateFiles: read.oneOf("duplicate_files", ["error", "load"], "error"),
		onError: read.oneOf("on_error", ["reject", "fail"], "reject"),
		maxRejects: maxRejectsOf(given.max_rejects, wrong),
		delimiter: read.character("delimiter", ",") ?? ",",
		quote: read.character("quote", '"'),
		escape: read.character("escape", null),
		header: read.flag("header", true),
		encoding: read.oneOf("encoding", ENCODINGS, "utf-8"),
		nullValues: read.list("null_values", format === "csv" ? [""] : []),
		dateFormats,
		trailingCommas: read.oneOf("trailing_commas", ["error", "accept"], "error"),
		watermark: read.text("watermark", "") || null,
		retentionMs: retentionOf(given.retention, { mode, wrong }),
		maxUncompressed: maxUncompressedOf(given.max_uncompressed, wrong),
		before: readBefore(given.before, wrong),
	};
	if (staged) checkStaged(spec, given, wrong);
	for (const [key, formats] of Object.entries(ONLY))
		if (given[key] !== undefined && !formats.includes(format))
			wrong(`has ${key}, which is for ${formats.join(" and ")}`, `remove it, or say format: ${formats[0]}`, [key]);
	checkTogether(spec, given, wrong);
	return spec;
}

const UNITS: Readonly<Record<string, number>> = {
	"": 1,
	b: 1,
	kb: 1e3,
	mb: 1e6,
	gb: 1e9,
	tb: 1e12,
	kib: 2 ** 10,
	mib: 2 ** 20,
	gib: 2 ** 30,
	tib: 2 ** 40,
};

function maxUncompressedOf(written: unknown, wrong: Wrong): number | null {
	if (written === undefined || written === null) return null;
	const [, digits = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(String(written)) ?? [];
	const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
	if (digits !== "" && bytes > 0) return Math.floor(bytes);
	wrong(`max_uncompressed cannot be ${JSON.stringify(written)}`, "a number of bytes, such as 500MB or 2GiB", [
		"max_uncompressed",
	]);
	return null;
}

function checkTogether(spec: LoadSpec, given: Record<string, unknown>, wrong: Wrong): void {
	const { columns, format, watermark } = spec;
	if (format === "csv" && columns === "record" && given.columns === undefined)
		wrong("format csv needs columns", "columns: [{name: id, type: bigint}, …], or columns: infer", []);
	if (format === "csv" && !spec.header && columns === "infer")
		wrong("has columns: infer, which needs a header", "columns: [{name: id, type: bigint}, …] in their order", [
			"columns",
		]);
	if (spec.delimiter === spec.quote)
		wrong("has the same character for delimiter and quote", undefined, [
			given.delimiter === undefined ? "quote" : "delimiter",
		]);
	if (watermark !== null && Array.isArray(columns) && !columns.some((c) => c.name === watermark))
		wrong(`watermark "${watermark}" is not one of its columns`, nearest(watermark, columns), ["watermark"]);
	if (watermark !== null && columns === "record" && given.columns !== "infer")
		wrong(`watermark "${watermark}" needs columns`, undefined, ["watermark"]);
}

const nearest = (name: string, columns: readonly LandingColumn[]): string | undefined => {
	const close = suggestName(
		name,
		columns.map((column) => column.name),
	);
	return close === undefined ? undefined : `did you mean "${close}"?`;
};

const FORMAT_OF_ENDING: Readonly<Record<string, LandingFormat>> = {
	csv: "csv",
	tsv: "csv",
	jsonl: "jsonl",
	ndjson: "jsonl",
	json: "json",
	parquet: "parquet",
};

/** By the last ending that is written out: `*.csv`, `*.csv.gz`, `*.csv*`, `*.{csv,csv.gz}`. */
function formatOf(files: string): LandingFormat {
	const name = files.split(/[\\/]/).at(-1)!.toLowerCase();
	const endings = [...name.matchAll(/[.{,](csv|tsv|jsonl|ndjson|json|parquet)(?![a-z0-9])/g)];
	return FORMAT_OF_ENDING[endings.at(-1)?.[1] ?? ""] ?? "json";
}

function columnsOf(
	given: unknown,
	{
		format,
		dateFormats,
		staged,
		wrong,
	}: { format: LandingFormat; dateFormats: readonly string[]; staged: boolean; wrong: Wrong },
): LoadSpec["columns"] {
	if (given === "infer") return staged && format === "parquet" ? "record" : "infer";
	// A Parquet file says what its columns are, to who opens it.
	if (given === undefined || given === null) return format === "parquet" && !staged ? "infer" : "record";
	const columns = readColumns(given, { format, dateFormats, wrong });
	return columns.length === 0 ? "record" : columns;
}

function keysOf(
	keys: readonly string[],
	{ mode, columns, wrong }: { mode: LoadSpec["mode"]; columns: LoadSpec["columns"]; wrong: Wrong },
): readonly string[] {
	if (mode === "merge" && keys.length === 0)
		wrong("mode merge needs keys", "keys: [id]: rows with the same id replace each other", ["mode"]);
	if (mode !== "merge" && keys.length > 0) wrong("has keys, which are for mode merge", undefined, ["keys"]);
	if (columns === "record" && keys.length > 0)
		wrong("has keys and no columns", "columns: [{name: id, type: bigint}, …]", ["keys"]);
	if (Array.isArray(columns))
		for (const key of keys)
			if (!columns.some((c) => c.name === key))
				wrong(`key "${key}" is not one of its columns`, nearest(key, columns), ["keys"]);
	return keys;
}

function maxRejectsOf(given: unknown, wrong: Wrong): LoadSpec["maxRejects"] {
	if (given === undefined || given === null) return null;
	const percent = typeof given === "string" ? /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(given) : null;
	if (percent !== null && Number(percent[1]) <= 100) return { share: Number(percent[1]) / 100 };
	const rows =
		typeof given === "number" ? given : typeof given === "string" && /^\d+$/.test(given) ? Number(given) : -1;
	if (Number.isSafeInteger(rows) && rows >= 0) return { rows };
	wrong(`max_rejects "${String(given)}" is neither a number of rows nor a percentage`, "max_rejects: 1%", [
		"max_rejects",
	]);
	return null;
}

const DAY_MS = 86_400_000;

/** `30 days`, `30d`, `12h`. A table that is replaced whole holds what its files hold, however old. */
function retentionOf(given: unknown, { mode, wrong }: { mode: LoadSpec["mode"]; wrong: Wrong }): number | null {
	if (given === undefined || given === null) return null;
	const match = /^([1-9]\d*)\s*(d|days?|h|hours?)$/.exec(String(given).trim());
	if (match === null) wrong(`retention "${String(given)}" is no time`, "retention: 30 days", ["retention"]);
	else if (match[1]!.length > 5)
		wrong(`retention "${String(given)}" is more than 99999 days or hours`, "leave it out: rows stay", ["retention"]);
	if (mode === "replace") wrong("has retention, which is for mode append and merge", undefined, ["retention"]);
	if (match === null) return null;
	return Number(match[1]) * (match[2]!.startsWith("d") ? DAY_MS : DAY_MS / 24);
}

/** Values of the block, each told when it is not what it should be. */
class BlockReader {
	readonly #given: Record<string, unknown>;
	readonly #wrong: Wrong;

	constructor(given: Record<string, unknown>, wrong: Wrong) {
		this.#given = given;
		this.#wrong = wrong;
	}

	text(key: string, fallback: string): string {
		const value = this.#given[key];
		if (value === undefined || value === null) return fallback;
		if (typeof value === "string") return value;
		this.#wrong(`${key} must be text`, undefined, [key]);
		return fallback;
	}

	oneOf<T extends string>(key: string, options: readonly T[], fallback: T): T {
		const value = this.text(key, fallback);
		if ((options as readonly string[]).includes(value)) return value as T;
		const close = suggestName(value, options);
		const hint = close === undefined ? undefined : `did you mean "${close}"?`;
		this.#wrong(`${key} "${value}" is not one of ${options.join(", ")}`, hint, [key]);
		return fallback;
	}

	flag(key: string, fallback: boolean): boolean {
		const value = this.#given[key];
		if (value === undefined || value === null) return fallback;
		if (typeof value === "boolean") return value;
		this.#wrong(`${key} must be true or false`, undefined, [key]);
		return fallback;
	}

	/** One character below 128: files are looked at byte by byte. `none` and false are no character. */
	character(key: string, fallback: string | null): string | null {
		const value = this.#given[key];
		if (value === undefined || value === null) return fallback;
		if (key !== "delimiter" && (value === false || value === "none" || value === "")) return null;
		if (typeof value === "string" && /^[\0-\x7f]$/.test(value) && value !== "\n" && value !== "\r") return value;
		this.#wrong(`${key} ${JSON.stringify(value)} is not one plain character`, 'a tab is "\\t" in double quotes', [key]);
		return fallback;
	}

	list(key: string, fallback: readonly string[]): readonly string[] {
		const value = this.#given[key];
		if (value === undefined || value === null) return fallback;
		if (typeof value === "string") return [value];
		if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as string[];
		this.#wrong(`${key} must be a list of texts`, key === "null_values" ? 'null_values: ["", "NA", "-"]' : undefined, [
			key,
		]);
		return fallback;
	}
}
