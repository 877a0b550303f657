import type { Dialect } from "../../core/adapter.ts";
import type { NamedObjects } from "../../core/projectReach.ts";
import type { ProfileFields } from "./connectionOptions.ts";
import { stored } from "./profileNames.ts";

/** What a role must be given before it may be named in what the role makes or loads. */
export interface NamedObject {
	readonly on: "masking policy" | "row access policy" | "tag" | "stage";
	/** Database, schema and name as they are stored. */
	readonly name: readonly [string, string, string];
}

const PART = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)`;
const NAME = String.raw`${PART}(?:\s*\.\s*${PART}){0,2}`;
const PARTS = new RegExp(PART, "g");

/** The first group of every match, outside of texts. */
const found = (pattern: string, text: string): readonly string[] =>
	[...text.replace(/'(?:[^']|'')*'/g, "''").matchAll(new RegExp(pattern, "gi"))].map(([, name]) => name!);

const taggedBy = (list: string): readonly string[] => found(`(${NAME})\\s*=`, list);

/**
 * Names written without a database or a schema are looked for in those of the session, which the profile names. `tag (…)`
 * may stand in a constraint of a column as `masking policy …` does.
 */
export function objectsNamed(
	named: NamedObjects,
	{ database, schema }: ProfileFields,
	dialect: Dialect,
): readonly NamedObject[] {
	const whole = (on: NamedObject["on"], names: readonly string[]): readonly NamedObject[] => {
		const objects = new Map<string, NamedObject>();
		for (const written of names) {
			const parts = [...written.matchAll(PARTS)].map(([part]) => part);
			const [d, s, n] = [database, schema].slice(0, 3 - parts.length).concat(parts);
			if (typeof d !== "string" || typeof s !== "string" || typeof n !== "string") continue;
			const name = [stored(d, dialect), stored(s, dialect), stored(n, dialect)] as const;
			objects.set(name.map(dialect.quote).join("."), { on, name });
		}
		return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
	};
	const { constraints, rowAccessPolicies, tags, stages } = named;
	const ofColumns = constraints.flatMap((one) => found(String.raw`\btag\s*\(([^)]*)\)`, one));
	return [
		...whole(
			"masking policy",
			constraints.flatMap((one) => found(String.raw`\bmasking\s+policy\s+(${NAME})`, one)),
		),
		...whole(
			"row access policy",
			rowAccessPolicies.flatMap((one) => found(String.raw`^\s*(${NAME})`, one)),
		),
		...whole("tag", [...tags, ...ofColumns].flatMap(taggedBy)),
		...whole(
			"stage",
			stages.flatMap((one) => found(`^@(${NAME})`, one)),
		),
	];
}
