import type { Wrong } from "./landingTypes.ts";

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

/** What a block with a stage may say; the rest is about files that tfm reads itself. */
const KEYS = [
	"stage",
	"pattern",
	"format",
	"mode",
	"on_change",
	"duplicate_files",
	"on_error",
	"max_rejects",
	"retention",
	"before",
];
const INSTEAD: Readonly<Record<string, string>> = {
	files: "a table is loaded from files of the project or from a stage",
	columns: "each record of a stage is kept whole in the column record; a model takes it apart",
	watermark: "each record of a stage is kept whole in the column record: its values have no columns",
};

/** `stage: "@raw.public.inbox/orders"` and `pattern:`; null where the block names no stage. */
export function readStage(given: Readonly<Record<string, unknown>>, wrong: Wrong): StageSpec | null {
	const { stage: written, pattern } = given;
	if (written === undefined || written === null) {
		if (pattern !== undefined)
			wrong("has pattern, which is for files of a stage", 'a glob says it: files: "data/*.csv"', ["pattern"]);
		return null;
	}
	for (const key of Object.keys(given))
		if (!KEYS.includes(key)) wrong(`has stage and ${key}`, INSTEAD[key] ?? `beside stage: ${KEYS.join(", ")}`, [key]);
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
