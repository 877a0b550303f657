import yaml from "js-yaml";
import {
	booleanOf,
	floatOf,
	ImpossibleScalar,
	integerOf,
	resolvePlainScalar,
	type ScalarValue,
	timestampOf,
} from "./plainScalar.ts";

/**
 * js-yaml asks every implicit type in turn about every plain scalar; one type that decides by the first character is
 * several times faster than five. `!!set`, `!!omap`, `!!pairs`, `!!binary` have no plain value and are left out: using
 * one is an "unknown tag" error.
 */
const plain = (timestamp: (text: string) => string): yaml.Type =>
	new yaml.Type("tag:yaml.org,2002:plain", {
		kind: "scalar",
		resolve: (text: string | null) => text !== null && resolvePlainScalar(text) !== undefined,
		construct: (text: string) => resolvePlainScalar(text, timestamp),
	});

const merge = new yaml.Type("tag:yaml.org,2002:merge", {
	kind: "scalar",
	resolve: (text: string | null) => text === "<<" || text === null,
});

const explicit = (name: string, read: (text: string) => ScalarValue): yaml.Type =>
	new yaml.Type(`tag:yaml.org,2002:${name}`, {
		kind: "scalar",
		// js-yaml asks again with what a plain scalar has become already: `!!int` in front of `yes`.
		resolve: (text: unknown) => {
			if (text !== null && typeof text !== "string") return false;
			try {
				read(text ?? "");
				return true;
			} catch (error) {
				if (error instanceof ImpossibleScalar) return false;
				throw error;
			}
		},
		construct: (text: string | null) => read(text ?? ""),
	});

/** `timestamp`: what becomes of a date, given its text as written. */
const schemaWith = (timestamp: (text: string) => string): yaml.Schema =>
	yaml.FAILSAFE_SCHEMA.extend({
		implicit: [merge, plain(timestamp)],
		explicit: [
			explicit("null", () => null),
			explicit("bool", booleanOf),
			explicit("int", integerOf),
			explicit("float", floatOf),
			explicit("timestamp", timestamp),
		],
	});

export const SAFE_LOADER_SCHEMA: yaml.Schema = schemaWith(timestampOf);

/** Before a date's ISO 8601 text where a reader wants to know dates from text; keys of mappings bear it too. */
export const DATE_MARK = "\0date:";

/** As SAFE_LOADER_SCHEMA, with dates that can be told from text (DATE_MARK). */
export const MARKED_DATES_SCHEMA: yaml.Schema = schemaWith((text) => DATE_MARK + timestampOf(text));
