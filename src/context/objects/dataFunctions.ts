import { createHash } from "node:crypto";
import { dump } from "js-yaml";
import { fail, TfmError } from "../../core/diagnostic.ts";
import {
	bindArguments,
	floatValue,
	fromPlain,
	HostFunction,
	HostObject,
	PyDict,
	PySet,
	PyTuple,
	toJson,
	toPlain,
	toText,
	truthy,
	type Value,
} from "../../jinja/jinja.ts";
import { dateFromIso, dateTimeFromIso } from "../modules/datetime.ts";
import { isIterable, iterableItems } from "./iterableItems.ts";

/**
 * dbt's pure functions: JSON, YAML, sets, zip, md5 and the comparison of two dicts. `parseYaml` marks the dates that it
 * reads (readYaml's `markDates`), and throws TfmError.
 */
export function dataFunctions(parseYaml: (text: string) => unknown): ReadonlyMap<string, HostFunction> {
	const define = (name: string, spec: readonly string[], run: (given: Record<string, Value>) => Value) =>
		[name, new HostFunction(name, (args) => run(bindArguments(name, spec, args)))] as const;
	return new Map([
		define("fromjson", ["string", "default?"], ({ string, default: fallback }) => {
			try {
				return parseJson(typeof string === "string" ? string : "");
			} catch (error) {
				if (error instanceof SyntaxError) return fallback ?? null;
				throw error;
			}
		}),
		define("tojson", ["value", "default?", "sort_keys?"], ({ value, sort_keys }) =>
			toJson(value, { sortKeys: truthy(sort_keys) }),
		),
		define("fromyaml", ["value", "default?"], ({ value, default: fallback }) =>
			orElse(fallback, () => withDates(parseYaml(toText(value)))),
		),
		define("toyaml", ["value", "default?", "sort_keys?"], ({ value, default: fallback, sort_keys }) =>
			orElse(fallback, () =>
				dump(toPlain(refuseObjects(value)), {
					noArrayIndent: true,
					lineWidth: 80,
					noRefs: true,
					sortKeys: truthy(sort_keys),
				}),
			),
		),
		define("set", ["value", "default?"], ({ value, default: fallback }) =>
			isIterable(value) ? PySet.from(iterableItems(value)) : (fallback ?? null),
		),
		define("set_strict", ["value"], ({ value }) => PySet.from(iterableItems(value))),
		[
			"zip",
			new HostFunction("zip", ({ positional, keyword }) =>
				positional.every(isIterable) ? zip(positional) : (keyword.get("default") ?? null),
			),
		],
		define("zip_strict", ["*args"], ({ args }) => zip(args as Value[])),
		define("diff_of_two_dicts", ["dict_a", "dict_b"], ({ dict_a, dict_b }) => dictDifference(dict_a, dict_b)),
		define("local_md5", ["value"], ({ value }) => createHash("md5").update(toText(value), "utf8").digest("hex")),
	]);
}

/** YAML has no words for `adapter` and its like: dbt's safe dump refuses them. */
function refuseObjects(value: Value): Value {
	if (value instanceof HostObject && value.toPlainValue === undefined)
		fail("TFM-JINJA-012", { problem: `${value.typeName} cannot be written as YAML` });
	if (value instanceof PyDict) for (const [, item] of value.items()) refuseObjects(item);
	if (Array.isArray(value)) for (const item of value) refuseObjects(item);
	return value;
}

const DATE = "\0date:";

/** Plain data with marked dates, as PyYAML's safe_load has them: `date`, and `datetime` where there is a time of day. */
function withDates(data: unknown): Value {
	if (typeof data === "string" && data.startsWith(DATE)) {
		const text = data.slice(DATE.length);
		return text.includes("T") ? dateTimeFromIso(text) : dateFromIso(text);
	}
	if (typeof data !== "object" || data === null) return fromPlain(data);
	if (Array.isArray(data)) return data.map(withDates);
	const dict = new PyDict();
	for (const [key, value] of Object.entries(data)) dict.set(withDates(key), withDates(value));
	return dict;
}

const FLOAT = "\0float:";
const INTEGER = "\0integer:";

/**
 * JSON with Python's numbers: `1.0` stays a float and a long integer exact. JSON.parse keeps neither, so such numbers
 * pass through it as marked texts. Throws SyntaxError.
 */
function parseJson(text: string): Value {
	const marked = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) => {
		if (token.startsWith('"')) return token;
		if (/[.eE]/.test(token)) return JSON.stringify(FLOAT + token);
		return Number.isSafeInteger(Number(token)) ? token : JSON.stringify(INTEGER + token);
	});
	return fromPlain(
		JSON.parse(marked, (_key, value: unknown) => {
			if (typeof value !== "string" || !value.startsWith("\0")) return value;
			if (value.startsWith(FLOAT)) return floatValue(Number(value.slice(FLOAT.length)));
			return value.startsWith(INTEGER) ? BigInt(value.slice(INTEGER.length)) : value;
		}),
	);
}

/** dbt gives the default where a value cannot be converted, and None where there is none. */
function orElse(fallback: Value, convert: () => Value): Value {
	try {
		return convert();
	} catch (error) {
		if (error instanceof TfmError) return fallback ?? null;
		throw error;
	}
}

function zip(lists: readonly Value[]): Value[] {
	if (lists.length === 0) return [];
	const columns = lists.map(iterableItems);
	const rows = Math.min(...columns.map((column) => column.length));
	return Array.from({ length: rows }, (_, i) => PyTuple.fromItems(columns.map((column) => column[i])));
}

/**
 * dbt's comparison of grants: both map names to lists; what `a` has and `b` has not, keys compared without case, each
 * with the items that are missing.
 */
function dictDifference(a: Value, b: Value): PyDict {
	if (!(a instanceof PyDict) || !(b instanceof PyDict))
		return fail("TFM-REF-006", {
			callee: "diff_of_two_dicts()",
			problem: "needs two dicts",
			usage: "diff_of_two_dicts({'select': ['x']}, {…})",
		});
	const lowered = new Map(
		b
			.items()
			.map(([key, value]) => [toText(key).toLowerCase(), iterableItems(value).map((v) => toText(v).toLowerCase())]),
	);
	const difference = new PyDict();
	for (const [key, value] of a.items()) {
		const other = lowered.get(toText(key).toLowerCase());
		const missing = iterableItems(value).filter((item) => !other?.includes(toText(item).toLowerCase()));
		if (other === undefined || missing.length > 0) difference.set(key, missing);
	}
	return difference;
}
