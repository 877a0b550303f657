/** Values of the semantic layer's YAML, brought into the form that dbt's manifest has them in. */
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import type { PlainRecord, YamlEntry } from "../../core/parsed.ts";
import { suggestName } from "../../core/suggestName.ts";
import { isRecord } from "../configDefaults.ts";
import { listOf } from "../patches.ts";

export type EntryPath = readonly (string | number)[];

export const AGGREGATIONS: readonly string[] = [
	"sum",
	"min",
	"max",
	"count_distinct",
	"sum_boolean",
	"average",
	"percentile",
	"median",
	"count",
];
/** From the finest to the coarsest. */
export const GRANULARITIES: readonly string[] = [
	"nanosecond",
	"microsecond",
	"millisecond",
	"second",
	"minute",
	"hour",
	"day",
	"week",
	"month",
	"quarter",
	"year",
];

export const textOrNull = (value: Plain | undefined): string | null =>
	value === null || value === undefined || typeof value === "object" ? null : String(value);

/** Python's str(): what dbt makes of an `expr` that YAML reads as a number or a boolean. */
export const pythonText = (value: Plain | undefined): string | null =>
	typeof value === "boolean" ? (value ? "True" : "False") : textOrNull(value);

/** A condition or several: dbt keeps each as a template of its own. */
export function filterOf(value: Plain | undefined): Plain {
	if (value === null || value === undefined) return null;
	const texts = Array.isArray(value) ? listOf(value) : [value];
	return { where_filters: texts.map((text) => ({ where_sql_template: textOrNull(text) ?? "" })) };
}

/** Reads one node of the semantic layer out of a YAML entry; what means nothing is reported with its place. */
export class SemanticReader {
	readonly #entry: YamlEntry;
	readonly #label: string;
	readonly #problems: Diagnostic[];

	/** `label` as messages say it: `metric "revenue"`. */
	constructor(entry: YamlEntry, label: string, problems: Diagnostic[]) {
		this.#entry = entry;
		this.#label = label;
		this.#problems = problems;
	}

	report(path: EntryPath, problem: string, hint?: string, dbt?: string): void {
		this.#problems.push(diagnostic("TFM-PARSE-038", { node: this.#label, problem, hint, dbt }, this.#entry.at(path)));
	}

	/** One of the words that dbt knows for `key`, the last step of the path; it takes them in any case. */
	word(value: Plain | undefined, allowed: readonly string[], path: EntryPath): string {
		const word = textOrNull(value) ?? "";
		const known = allowed.find((one) => one.toLowerCase() === word.toLowerCase());
		if (known !== undefined) return known;
		const near = suggestName(word, allowed);
		const hint = near === undefined ? `write one of ${allowed.join(", ")}` : `did you mean "${near}"?`;
		this.report(path, word === "" ? `has no \`${path.at(-1)}\`` : `has the ${path.at(-1)} "${word}"`, hint);
		return allowed[0] ?? "";
	}

	/** `7 days`; standard grains lose their plural, custom ones are kept. */
	window(value: Plain | undefined, path: EntryPath): Plain {
		const text = textOrNull(value);
		if (text === null) return null;
		const found = /^(\d+) (\S+)$/.exec(text.toLowerCase());
		if (found === null) {
			this.report(path, `has the window "${text}"`, "write a count and a grain, like `28 days`");
			return null;
		}
		const [, count = "", grain = ""] = found;
		const singular = grain.replace(/s$/, "");
		return { count: Number(count), granularity: GRANULARITIES.includes(singular) ? singular : grain };
	}

	/** A metric as another one's input: its name alone, or a record. */
	metricInput(value: Plain | undefined, path: EntryPath): PlainRecord | null {
		const record = this.#input(value, path);
		if (record === null) return null;
		return {
			name: textOrNull(record.name),
			filter: filterOf(record.filter),
			alias: textOrNull(record.alias),
			offset_window: this.window(record.offset_window, [...path, "offset_window"]),
			offset_to_grain: textOrNull(record.offset_to_grain),
		};
	}

	measureInput(value: Plain | undefined, path: EntryPath): PlainRecord | null {
		const record = this.#input(value, path);
		if (record === null) return null;
		return {
			name: textOrNull(record.name),
			filter: filterOf(record.filter),
			alias: textOrNull(record.alias),
			join_to_timespine: record.join_to_timespine === true,
			fill_nulls_with: record.fill_nulls_with ?? null,
		};
	}

	#input(value: Plain | undefined, path: EntryPath): PlainRecord | null {
		if (value === null || value === undefined) return null;
		if (typeof value === "string") return { name: value };
		if (isRecord(value) && typeof value.name === "string") return value;
		this.report(path, `has something without a name as its \`${path.findLast((step) => typeof step === "string")}\``);
		return null;
	}
}
