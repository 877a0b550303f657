import type { LandingColumn, LandingFormat, Wrong } from "./landingTypes.ts";

/** A folder of a stage of the database, from whose files a table is loaded. */
export interface StageSpec {
	/** `@raw.public.inbox`, as it is written in SQL. */
	readonly stage: string;
	/** Below the stage, with a slash at its end; "" is the whole stage. */
	readonly folder: string;
	/** For the whole of a file's path below the folder. */
	readonly pattern: RegExp | null;
}

const STAGE = /^(@(?:[A-Za-z_][\w$]*|"[^"\\]+")(?:\.(?:[A-Za-z_][\w$]*|"[^"\\]+")){0,2})(?:\/(.*))?$/;

/** What a block with a stage may not say: it is about files that tfm reads itself. */
const INSTEAD: Readonly<Record<string, string>> = {
	files: "a table is loaded from files of the project or from a stage",
	trailing_commas:
		"the database reads the files of a stage itself, and takes no such comma: load these by files:, or have them written without",
	max_uncompressed:
		"the database unpacks the files of a stage itself, and not here, so that nothing has to be kept from filling up: leave it out",
};

/** `stage: "@raw.public.inbox/orders"` and `pattern:`; null where the block names no stage. */
export function readStage(given: Readonly<Record<string, unknown>>, wrong: Wrong): StageSpec | null {
	const { stage: written, pattern } = given;
	if (written === undefined || written === null) {
		if (pattern !== undefined)
			wrong("has pattern, which is for files of a stage", 'a glob says it: files: "data/*.csv"', ["pattern"]);
		return null;
	}
	for (const [key, instead] of Object.entries(INSTEAD))
		if (given[key] !== undefined) wrong(`has stage and ${key}`, instead, [key]);
	const [, stage, path = ""] = (typeof written === "string" && STAGE.exec(written)) || [];
	if (stage === undefined || path.split("/").includes("..") || /[\n\r]/.test(path)) {
		wrong(`stage ${JSON.stringify(written)} names no stage`, 'stage: "@raw.public.inbox/orders"', ["stage"]);
		return null;
	}
	const folder = path.replace(/\/+$/, "");
	return { stage, folder: folder === "" ? "" : `${folder}/`, pattern: patternOf(pattern, wrong) };
}

function patternOf(pattern: unknown, wrong: Wrong): RegExp | null {
	if (pattern === undefined || pattern === null) return null;
	try {
		if (typeof pattern === "string") return new RegExp(`^(?:${pattern})$`, "u");
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
	}
	wrong(
		`pattern ${JSON.stringify(pattern)} is no regular expression`,
		"pattern: '.*[.]jsonl[.]gz', for the whole name below the folder",
		["pattern"],
	);
	return null;
}

/** The format that a pattern or a folder names; JSON Lines where neither does. */
export function stagedFormat(given: Readonly<Record<string, unknown>>): LandingFormat {
	const written = [given.pattern, given.stage].map(String);
	const word = /(?:^|[^a-z0-9])(csv|tsv|jsonl|ndjson|json|parquet)(?![a-z0-9])/gi;
	const [found] = written.flatMap((text) => [...text.matchAll(word)].at(-1)?.[1]?.toLowerCase() ?? []);
	if (found === "csv" || found === "json" || found === "parquet") return found;
	return found === "tsv" ? "csv" : "jsonl";
}

/** What of a block's answer matters here. */
interface StagedBlock {
	readonly format: LandingFormat;
	readonly columns: readonly LandingColumn[] | string;
	readonly quote: string | null;
	readonly encoding: string;
}

/** What a block with a stage says that a database which reads files itself cannot do. */
export function checkStaged(
	{ format, columns, quote, encoding }: StagedBlock,
	given: Readonly<Record<string, unknown>>,
	wrong: Wrong,
): void {
	if (given.columns === "infer" && format === "parquet")
		wrong(
			"has stage, format parquet and columns: infer",
			"the types of a Parquet file stand in its footer, which tfm does not see there: columns: [{name: id, type: bigint}, …] (INFER_SCHEMA lists them), or files:",
			["columns"],
		);
	if (quote !== null && quote !== '"' && quote !== "'")
		wrong(`has stage and quote ${JSON.stringify(quote)}`, "Snowflake takes \" or ' or none", ["quote"]);
	if (format === "json" && encoding !== "utf-8")
		wrong(`has stage and encoding ${encoding}`, "pages of a stage are UTF-8", ["encoding"]);
	const declared: readonly LandingColumn[] = typeof columns === "string" ? [] : columns;
	for (const [i, { name, type, formats }] of declared.entries()) {
		if (format === "parquet" && type === "bytea")
			wrong(
				`column ${name}: bytea is not read from Parquet files of a stage`,
				"by default the database reads such a column as text: load the files by files:, or leave the column out",
				[...["columns", i], "type"],
			);
		if (type !== "timestamptz" && formats.some((one) => one.includes("TZH")))
			wrong(`column ${name}: a format with an offset is for timestamptz where the files are of a stage`, undefined, [
				...["columns", i],
				"formats",
			]);
	}
}
