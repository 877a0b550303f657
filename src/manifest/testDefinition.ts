/** A data test as a property file writes it, taken apart: which test, its arguments, its configuration, its own name. */
import { fail } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import type { FilePlace, PlainRecord } from "../core/parsed.ts";
import { isRecord } from "./configDefaults.ts";

export interface TestDefinition {
	readonly namespace: string | null;
	readonly name: string;
	/** Without `model`, `config`, `name` and `description`; `column_name` is among them. */
	readonly args: PlainRecord;
	/** As written, texts not rendered; the older top-level keys first, as dbt orders them. */
	readonly config: PlainRecord;
	/** Given by the author, in place of the generated one. */
	readonly givenName: string | null;
	readonly description: string;
	/** Arguments that stand beside `config` instead of under `arguments`. */
	readonly loose: readonly string[];
	/** Configuration that stands beside `config` instead of in it. */
	readonly moved: readonly string[];
	/** An argument called `arguments` of a test that is not read as holding the others. */
	readonly own: Plain;
	/** As written, with its namespace. */
	readonly fullName: string;
}

/** Configuration keys that may stand beside the arguments (the older form). */
const CONFIG_KEYS = [
	"severity",
	"tags",
	"enabled",
	"where",
	"limit",
	"warn_if",
	"error_if",
	"fail_calc",
	"store_failures",
	"store_failures_as",
	"sql_header",
	"meta",
	"database",
	"schema",
	"alias",
];
const OWN_KEYS = new Set(["config", "column_name", "description", "name", "arguments", ...CONFIG_KEYS]);
const BESIDE_ARGUMENTS = new Set(["config", "description", "name", ...CONFIG_KEYS]);
const TEST_NAME = /^(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)$/;

export interface TestSite {
	/** What is tested, for messages: `model "orders"`. */
	readonly target: string;
	readonly columnName: string | null;
	readonly place: () => FilePlace;
	/** False with dbt's flag require_generic_test_arguments_property: false: `arguments` is an argument like any other. */
	readonly nested: boolean;
}

/** Throws TfmError (TFM-PARSE-013) for a definition that is none. */
export function readTest(written: Plain, site: TestSite): TestDefinition {
	const [fullName, given] = nameAndArguments(written, site);
	const match = TEST_NAME.exec(fullName);
	if (match === null) return malformed(site, `has the name "${fullName}", which no macro can have`);
	if (given === NO_ARGUMENTS) return plainTest(match, site);
	const args = takeArguments(given, site);
	if (Object.hasOwn(args, "model"))
		return malformed(site, 'has an argument "model"', "the tested relation is passed as `model` by itself: remove it");
	const config = takeConfig(args, given, site);
	const { name, description } = given;
	const nested = !site.nested || (isRecord(given.arguments) && Object.keys(given.arguments).length > 0);
	return {
		namespace: match[1] ?? null,
		name: match[2] ?? "",
		args: ofMacro(args),
		config,
		givenName: name === undefined || name === null ? null : String(name),
		description: typeof description === "string" ? description : "",
		loose: nested ? [] : Object.keys(given).filter((key) => !OWN_KEYS.has(key)),
		moved: site.nested ? Object.keys(given).filter((key) => CONFIG_KEYS.includes(key)) : [],
		own: site.nested ? null : (given.arguments ?? null),
		fullName,
	};
}

/** Of tests that set nothing. */
export const NO_CONFIG: PlainRecord = Object.freeze({});

/** Most tests are a name and nothing more. */
const NO_ARGUMENTS: PlainRecord = Object.freeze({});
const NO_KEYS: readonly string[] = Object.freeze([]);

const plainTest = ([fullName, namespace, name]: RegExpExecArray, { columnName }: TestSite): TestDefinition => ({
	namespace: namespace ?? null,
	name: name ?? "",
	args: columnName === null ? NO_ARGUMENTS : { column_name: columnName },
	config: NO_CONFIG,
	givenName: null,
	description: "",
	loose: NO_KEYS,
	moved: NO_KEYS,
	own: null,
	fullName,
});

/** Without what the test is told besides. Nothing is deleted: an object that keys are deleted from stays slow. */
const ofMacro = (args: PlainRecord): PlainRecord =>
	Object.keys(args).some((key) => BESIDE_ARGUMENTS.has(key))
		? Object.fromEntries(Object.entries(args).filter(([key]) => !BESIDE_ARGUMENTS.has(key)))
		: args;

function malformed(site: TestSite, problem: string, hint?: string, dbt?: string): never {
	return fail("TFM-PARSE-013", { target: site.target, problem, hint, dbt }, site.place());
}

const EXAMPLE = "write - unique, or - accepted_values: {arguments: {values: [a, b]}}";

function nameAndArguments(written: Plain, site: TestSite): readonly [string, PlainRecord] {
	if (typeof written === "string") return [written, NO_ARGUMENTS];
	if (!isRecord(written)) return malformed(site, "is neither a name nor a mapping", EXAMPLE);
	if (Object.hasOwn(written, "test_name")) {
		const { test_name: name, ...rest } = written;
		if (typeof name !== "string") return malformed(site, "has a `test_name` that is not a text", EXAMPLE);
		return [name, rest];
	}
	const keys = Object.keys(written);
	const [name] = keys;
	if (name === undefined || keys.length > 1)
		return malformed(
			site,
			`has ${keys.length} names (${keys.join(", ")})`,
			"indent the arguments below the test's name: each test of the list has one name",
		);
	const args = written[name] ?? null;
	if (args === null) return malformed(site, `("${name}") ends with a colon but has no arguments`, `write - ${name}`);
	if (!isRecord(args)) return malformed(site, `("${name}") has arguments that are not a mapping`, EXAMPLE);
	return [name, args];
}

/** Column name and loose arguments, then those under `arguments:`; later ones win, the order is dbt's. */
function takeArguments(given: PlainRecord, site: TestSite): PlainRecord {
	if (!site.nested) return { ...given, ...(site.columnName === null ? {} : { column_name: site.columnName }) };
	const { arguments: nested, ...loose } = given;
	if (nested !== undefined && nested !== null && !isRecord(nested))
		malformed(site, "has `arguments` that are not a mapping", "write arguments: {name: value}");
	return {
		...loose,
		...(site.columnName === null ? {} : { column_name: site.columnName }),
		...(isRecord(nested) ? nested : {}),
	};
}

function takeConfig(args: PlainRecord, given: PlainRecord, site: TestSite): PlainRecord {
	const nested = given.config ?? null;
	if (nested !== null && !isRecord(nested))
		malformed(
			site,
			"has a `config` that is not a mapping",
			"write config: {severity: warn}",
			"'config' must be a dict",
		);
	if (nested === null && !CONFIG_KEYS.some((key) => Object.hasOwn(args, key))) return NO_CONFIG;
	const rest: PlainRecord = isRecord(nested) ? nested : {};
	const config: { [key: string]: Plain } = {};
	for (const key of CONFIG_KEYS) {
		const top = args[key] ?? null;
		const isSet = top !== null && top !== false && top !== "" && top !== 0;
		if (isSet && Object.hasOwn(rest, key))
			malformed(
				site,
				`sets "${key}" twice: beside its config and in it`,
				"keep the one in `config:`",
				"Test cannot have the same key at the top-level and in config",
			);
		const value = isSet ? top : (rest[key] ?? top);
		if (value !== null) config[key] = value;
	}
	for (const key of Object.keys(rest))
		if ((rest[key] ?? null) !== null && !CONFIG_KEYS.includes(key)) config[key] = rest[key] ?? null;
	return config;
}
