import { LANDING_TYPES } from "../core/landingDialect.ts";
import { suggestName } from "../core/suggestName.ts";
import { compileDateFormat } from "./dateFormats.ts";
import { parseJsonPath } from "./jsonScanner.ts";
import { isLandingType, type LandingColumn, type LandingFormat, type Wrong } from "./landingTypes.ts";

type Path = readonly (string | number)[];

const KEYS = ["name", "type", "path", "formats"];
/** Types whose values may be written by templates. */
const DATED: readonly string[] = ["date", "timestamp", "timestamptz"];

/** The declared columns of a `load:` block; `dateFormats`: for those that have none of their own. */
export function readColumns(
	given: unknown,
	{ format, dateFormats, wrong }: { format: LandingFormat; dateFormats: readonly string[]; wrong: Wrong },
): readonly LandingColumn[] {
	checkFormats(dateFormats, "date_formats", { wrong, at: ["date_formats"] });
	if (!Array.isArray(given)) {
		wrong("columns must be a list, or infer", undefined, ["columns"]);
		return [];
	}
	const columns: LandingColumn[] = [];
	for (const [i, item] of (given as unknown[]).entries()) {
		const at = ["columns", i];
		const column = (typeof item === "object" && item !== null ? item : {}) as Record<string, unknown>;
		const { name, type = "text", formats } = column;
		const path = typeof column.path === "number" ? String(column.path) : (column.path ?? name);
		if (typeof name !== "string" || typeof path !== "string" || name === "") {
			wrong("each column needs a name", "columns: [{name: id, type: bigint, path: id}]", at);
			continue;
		}
		const unknown = Object.keys(column).find((key) => !KEYS.includes(key));
		if (unknown !== undefined)
			wrong(`column ${name} has an unknown key "${unknown}"`, `known keys: ${KEYS.join(", ")}`, [...at, unknown]);
		else if (!isLandingType(type))
			wrong(`column ${name}: type "${String(type)}" is not one of ${LANDING_TYPES.join(", ")}`, nearestType(type), [
				...at,
				"type",
			]);
		else if (name.startsWith("_tfm_"))
			wrong(`column ${name}: names that start with _tfm_ are tfm's own`, undefined, [...at, "name"]);
		else if (columns.some((c) => c.name === name))
			wrong(`column ${name} stands there twice`, undefined, [...at, "name"]);
		else if (format.startsWith("json") && parseJsonPath(path) === undefined)
			wrong(`column ${name}: "${path}" is no path`, undefined, [...at, "path"]);
		else {
			const own = formatsOf(formats, { name, type, wrong, at: [...at, "formats"] });
			columns.push({ name, type, path, formats: own ?? (DATED.includes(type) ? dateFormats : []) });
		}
	}
	return columns;
}

/** Names that databases have for them, too. */
const TYPE_SYNONYMS: Readonly<Record<string, string>> = {
	int: "integer",
	int4: "integer",
	int8: "bigint",
	long: "bigint",
	string: "text",
	varchar: "text",
	decimal: "numeric",
	float: "double",
	bool: "boolean",
	datetime: "timestamp",
	jsonb: "json",
};

function nearestType(type: unknown): string | undefined {
	const written = String(type).toLowerCase();
	const near = TYPE_SYNONYMS[written] ?? suggestName(written, LANDING_TYPES);
	return near === undefined ? undefined : `did you mean "${near}"?`;
}

function formatsOf(
	given: unknown,
	{ name, type, wrong, at }: { readonly name: string; readonly type: string; readonly wrong: Wrong; readonly at: Path },
): readonly string[] | undefined {
	if (given === undefined || given === null) return undefined;
	const formats = typeof given === "string" ? [given] : given;
	if (!Array.isArray(formats) || !formats.every((f): f is string => typeof f === "string"))
		wrong(`column ${name}: formats must be a list of texts`, 'formats: ["DD/MM/YYYY", "YYYY-MM-DD"]', at);
	else if (!DATED.includes(type)) wrong(`column ${name} has formats, which are for ${DATED.join(", ")}`, undefined, at);
	else {
		checkFormats(formats, `column ${name}: formats`, { wrong, at });
		return formats;
	}
	return undefined;
}

function checkFormats(
	formats: readonly string[],
	where: string,
	{ wrong, at }: { readonly wrong: Wrong; readonly at: Path },
): void {
	for (const format of formats)
		if (compileDateFormat(format) === undefined)
			wrong(
				`${where}: "${format}" is no date format`,
				"words: YYYY YY MM Mon Month DD HH24 HH12 MI SS MS US AM TZH:TZM, or unix, unix_ms",
				at,
			);
}
