/** What of a node is another than before: the parts that dbt's `state:modified.…` tells apart, and those that it does not. */
export type Part =
	| "new"
	| "body"
	| "configs"
	| "relation"
	| "persisted_descriptions"
	| "contract"
	| "macros"
	/** The file moved, so that configuration and selection by folder differ. */
	| "fqn"
	/** What decides how other models may refer to it: access, latest version, deprecation date. */
	| "reference"
	/** A property of a source, exposure, unit test … */
	| "property";

export interface Change {
	readonly part: Part;
	/** In words, for people: `config materialized: view → table`. */
	readonly says: string;
}

/** A value as a sentence shows it: short, on one line; `(not set)` for none. */
export function shown(value: unknown): string {
	if (value === undefined || value === null) return "(not set)";
	const text = typeof value === "string" ? value : JSON.stringify(value);
	const line = text.replace(/\s+/g, " ");
	return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

export const differs = (what: string, before: unknown, now: unknown): string =>
	`${what}: ${shown(before)} → ${shown(now)}`;
