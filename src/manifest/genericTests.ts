/**
 * Generic tests: every test of a property entry becomes a node of its own, named, hashed and configured as dbt does it
 * (spec 2.9). What a test refers to is found without rendering where that is certain: for the built-in tests the
 * arguments say it all.
 */
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import { type MacroNode, nodeId, type Plain, type RefArgs, type TestMetadata } from "../core/node.ts";
import type { Collected, FilePlace, PlainRecord } from "../core/parsed.ts";
import type { Draft } from "./draft.ts";
import { MacroReach } from "./macroReach.ts";
import { blankDraft } from "./makeDrafts.ts";
import type { ManifestPorts } from "./ports.ts";
import { type PythonValue, pythonRepr, pythonStr, WrittenFloat } from "./pythonText.ts";
import { dedupe } from "./resolveConfig.ts";
import { NO_CONFIG, readTest, type TestDefinition } from "./testDefinition.ts";
import { hashTest, nameTest, type TestArguments } from "./testNames.ts";

/** What the tests of one entry are about. */
export interface TestTarget {
	/** `model "orders"`, for messages. */
	readonly label: string;
	readonly name: string;
	/** Name part: `orders`, `orders_v2`, `raw_orders`. */
	readonly namePart: string;
	/** `ref('orders')`, `source('raw', 'orders')`. */
	readonly call: string;
	readonly ref: RefArgs | null;
	readonly source: readonly [string, string] | null;
	readonly package_name: string;
	readonly original_file_path: string;
	readonly file: string;
	readonly fileKeyName: string;
	/** Its tests' fqn with an empty last part: the package, the folders of the file, and the place of the test's name. */
	readonly fqnFrame: readonly string[];
	readonly quoteColumns: boolean;
}

export interface TestItem {
	readonly written: Plain;
	readonly column: PlainRecord | null;
	/** Tags of the column, and for sources of the source and the table. */
	readonly tags: readonly string[];
	readonly place: () => FilePlace;
	/** A number as written, by its path below the test; null where the file has no `1.0`. */
	readonly scalarText: ((path: readonly (string | number)[]) => string | undefined) | null;
}

/** The macro that a test calls; no id: there is none. */
interface TestMacro {
	readonly id: string | null;
	readonly builtin: boolean;
}

const UNDEFINED: TestMacro = { id: null, builtin: false };

const CONFIG_TEXT = /\{\{|\{%/;
const CALLS = /^\s*(env_var|ref|var|source|doc)\s*\(.+\)\s*$/;
const LITERAL_REF = /^\s*ref\(\s*(['"])([\w.-]+)\1\s*(?:,\s*(['"])([\w.-]+)\3\s*)?\)\s*$/;
const LITERAL_SOURCE = /^\s*source\(\s*(['"])([^'"\\]+)\1\s*,\s*(['"])([^'"\\]+)\3\s*\)\s*$/;

interface WrittenTest {
	readonly definition: TestDefinition;
	readonly target: TestTarget;
	readonly item: TestItem;
}

export class TestMaker {
	readonly #nested: boolean;
	readonly #ports: ManifestPorts;
	readonly #problems: Diagnostic[];
	readonly #macros: MacroReach;
	/** The first test of each older form, and all of them as dbt names them. */
	#firstLoose: WrittenTest | null = null;
	readonly #loose: string[] = [];
	#firstOwn: WrittenTest | null = null;
	readonly #own: string[] = [];
	#firstMoved: WrittenTest | null = null;
	readonly #moved: { readonly key: string; readonly file: string; readonly key_path: string }[] = [];
	readonly #unknown: Diagnostic[] = [];
	readonly #lists = new Map<string, readonly string[]>();
	#alone: readonly RefArgs[] = NOTHING;
	#model: { readonly target: TestTarget | null; readonly text: string } = { target: null, text: "" };

	constructor(
		ports: ManifestPorts,
		problems: Diagnostic[],
		{ macros, nested }: { readonly macros: readonly MacroNode[]; readonly nested: boolean },
	) {
		this.#nested = nested;
		this.#ports = ports;
		this.#problems = problems;
		this.#macros = new MacroReach(macros);
	}

	/** The test's draft, config not resolved yet; null when it is wrong (reported). */
	make(target: TestTarget, item: TestItem): Draft | null {
		try {
			return this.#make(target, item);
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			const place = item.place();
			this.#problems.push(...error.diagnostics.map((d) => atTest(d, place)));
			return null;
		}
	}

	/** Each test that nobody defines, and one remark for all whose arguments or configuration are written the older way. */
	get warnings(): readonly Diagnostic[] {
		const found = [...this.#unknown];
		const about = ({ definition, target }: WrittenTest) => ({ test: definition.name, target: target.label });
		const placed = ({ item }: WrittenTest) => ({ ...item.place(), severity: "warning" as const });
		const [loose, moved] = [this.#firstLoose, this.#firstMoved];
		if (moved !== null) {
			const facts = { ...about(moved), found: moved.definition.moved, all: this.#moved };
			found.push(diagnostic("TFM-DEPR-016", facts, placed(moved)));
		}
		if (loose !== null) {
			const facts = { ...about(loose), found: loose.definition.loose, all: this.#loose };
			found.push(diagnostic("TFM-PARSE-036", facts, placed(loose)));
		}
		const own = this.#firstOwn;
		if (own !== null) {
			const facts = { ...about(own), all: this.#own };
			found.push(diagnostic("TFM-DEPR-017", facts, placed(own)));
		}
		return found;
	}

	#noteOlderForms(test: WrittenTest): void {
		const { definition, target } = test;
		const { fullName, loose, moved, own } = definition;
		const file = target.original_file_path;
		if (loose.length > 0) {
			this.#firstLoose ??= test;
			this.#loose.push(`\`${fullName}\` defined on '${target.name}' in package '${target.package_name}' (${file})`);
		}
		if (own !== null) {
			this.#firstOwn ??= test;
			this.#own.push(`\`${fullName}\` (${pythonRepr(own)})`);
		}
		if (moved.length > 0) this.#firstMoved ??= test;
		for (const key of moved) this.#moved.push({ key, file, key_path: `data_tests.${fullName}.${key}` });
	}

	#make(target: TestTarget, item: TestItem): Draft | null {
		const { place } = item;
		const columnName = this.#columnName(target, item.column);
		const site = { target: target.label, columnName, place: item.place, nested: this.#nested };
		const definition = readTest(item.written, site);
		this.#noteOlderForms({ definition, target, item });
		const found = this.#ports.findTest(definition.namespace, definition.name, target.package_name);
		const macro = "id" in found ? found : UNDEFINED;
		// As in dbt the test is there and fails when it is run; everything else of the project goes on.
		if (!("id" in found)) {
			const test = definition.namespace === null ? definition.name : `${definition.namespace}.${definition.name}`;
			const facts = { test, target: target.label, suggestion: found.suggestion };
			this.#unknown.push(diagnostic("TFM-PARSE-014", facts, { ...item.place(), severity: "warning" }));
		}

		const { namespace, name } = definition;
		const model = this.#modelOf(target);
		const kwargs: PlainRecord = { ...definition.args, model };
		const metadata: TestMetadata = { name, kwargs, namespace };
		const written = item.scalarText === null ? definition.args : withFloats(definition.args, item, item.scalarText);
		const testName = `${namespace === null ? "" : `${namespace}_`}${target.source === null ? "" : "source_"}${name}`;
		const given = definition.givenName;
		const names = given === null ? nameTest(testName, target.namePart, written) : { full: given, short: given };
		const ofAuthor = this.#renderConfig(definition, target, item);
		const isCut = given === null && names.short !== names.full && !Object.hasOwn(ofAuthor, "alias");
		const config = isCut ? { ...ofAuthor, alias: names.short } : ofAuthor;

		const raw_code = `{{ ${namespace === null ? "" : `${namespace}.`}test_${name}(**_dbt_generic_test_kwargs) }}${configCall(config)}`;
		const unique_id = nodeId(
			`test.${target.package_name}.${names.full}.${hashTest(names.full, written === definition.args ? metadata : { namespace, name, kwargs: { ...written, model } })}`,
		);
		const collected = this.#collect({
			target,
			definition,
			metadata,
			macro,
			raw_code,
			unique_id,
			name: names.full,
			item,
			config,
		});
		const tags = sortedTags(item.tags, config.tags ?? null);
		const rendered = !(macro.builtin && isShortcut(name));
		// dbt configures a test before and after it renders its call, and tags add up.
		const tagsTwice = rendered && config.tags !== undefined ? [{ tags: config.tags }] : NOTHING;
		const own = config === NO_CONFIG ? NOTHING : [config];
		return blankDraft({
			kind: "test",
			name: names.full,
			unique_id,
			package_name: target.package_name,
			path: `${names.short}.sql`,
			original_file_path: target.original_file_path,
			file: target.file,
			fqn: fqnOf(target, names.full),
			// Nodes keep it: of the item it holds the place alone.
			locate: () => place().at,
			raw_code,
			rendered,
			calls: tagsTwice.length + collected.configs.length === 0 ? own : [...tagsTwice, ...collected.configs, ...own],
			firstTags: tags,
			description: definition.description,
			descriptionAt: place,
			refs: collected.refs,
			sources: collected.sources,
			functions: collected.functions ?? NOTHING,
			macros: collected.macros,
			test: { metadata, columnName, fileKeyName: target.fileKeyName, attachedTo: target.ref },
		});
	}

	#columnName(target: TestTarget, column: PlainRecord | null): string | null {
		if (column === null) return null;
		const name = String(column.name ?? "");
		const isQuoted = column.quote === true || ((column.quote ?? null) === null && target.quoteColumns);
		return isQuoted ? this.#ports.dialect.quote(name) : name;
	}

	/** `NO_CONFIG` itself where there is none. */
	#renderConfig(definition: TestDefinition, target: TestTarget, item: TestItem): PlainRecord {
		if (definition.config === NO_CONFIG) return NO_CONFIG;
		const config: { [key: string]: Plain } = {};
		for (const key of Object.keys(definition.config)) {
			const value = definition.config[key] ?? null;
			const rendered =
				typeof value === "string" && CONFIG_TEXT.test(value)
					? this.#ports.renderNative(value, target.package_name, item.place().at)
					: value;
			if (rendered !== null) config[key] = rendered;
		}
		return Object.keys(config).length === 0 ? NO_CONFIG : config;
	}

	#collect(found: {
		readonly target: TestTarget;
		readonly definition: TestDefinition;
		readonly metadata: TestMetadata;
		readonly macro: TestMacro;
		readonly raw_code: string;
		readonly unique_id: string;
		readonly name: string;
		readonly item: TestItem;
		readonly config: PlainRecord;
	}): Collected {
		const { target, definition, macro, metadata } = found;
		// dbt looks the test's macro up without the namespace that the test may name.
		const own =
			macro.id === null ? null : (this.#ports.findWritten(`test_${definition.name}`, target.package_name) ?? macro.id);
		// tfm's own have a config() in their macros.
		if (own !== null && macro.builtin && OF_DBT.has(definition.name)) {
			const literal = this.#fromArguments(target, definition, own);
			if (literal !== null) return literal;
		}
		const node = {
			unique_id: found.unique_id,
			name: found.name,
			package_name: target.package_name,
			resource_type: "test",
			fqn: fqnOf(target, found.name),
			test_metadata: metadata,
			column_name: definition.args.column_name ?? null,
			original_file_path: target.original_file_path,
		};
		const collected = this.#ports.collect(found.raw_code, node, GENERATED);
		// The config() at the end of raw_code is the definition's own, which is known already.
		const configs = found.config === NO_CONFIG ? collected.configs : collected.configs.slice(0, -1);
		// While it parses, dbt lets a test see only what its macro can come to call; the rest is noted when it is compiled.
		const where = this.#ports.findMacro("get_where_subquery", target.package_name);
		const roots = [own, where].filter((id): id is string => typeof id === "string");
		const seen = this.#macros.from(roots);
		const called = collected.macros.filter((id) => seen.has(id));
		return { ...collected, configs, macros: dedupe(own === null ? called : [own, ...called]) };
	}

	/** Built-in tests call nothing but what their arguments say; null when an argument has to be rendered. */
	#fromArguments(target: TestTarget, definition: TestDefinition, macro: string): Collected | null {
		const refs: RefArgs[] = [];
		const sources: (readonly [string, string])[] = [];
		for (const key of Object.keys(definition.args)) {
			const value = definition.args[key];
			if (key === "column_name") continue;
			if (typeof value !== "string") {
				if (typeof value === "object" && value !== null && CONFIG_TEXT.test(JSON.stringify(value))) return null;
				continue;
			}
			const ref = LITERAL_REF.exec(value);
			const source = ref === null ? LITERAL_SOURCE.exec(value) : null;
			if (ref !== null)
				refs.push({
					name: ref[4] ?? ref[2] ?? "",
					package: ref[4] === undefined ? null : (ref[2] ?? null),
					version: null,
				});
			else if (source !== null) sources.push([source[2] ?? "", source[4] ?? ""]);
			else if (CALLS.test(value) || CONFIG_TEXT.test(value)) return null;
		}
		const plain = isShortcut(definition.name);
		// dbt takes unique and not_null from the properties and renders the others, where a version is a text.
		const version = target.ref?.version ?? null;
		if (target.ref !== null)
			refs.push(plain || version === null ? target.ref : { ...target.ref, version: String(version) });
		if (target.source !== null) sources.push(target.source);
		const where = plain ? undefined : this.#ports.findMacro("get_where_subquery", target.package_name);
		// Copied: a list that grew has room for sixteen more, in each of tens of thousands of tests.
		return {
			refs: refs.length === 1 && refs[0] === target.ref ? this.#targetAlone(target.ref) : refs.slice(),
			sources: sources.length === 0 ? NOTHING : sources.slice(),
			configs: NOTHING,
			macros: this.#listOf(macro, where),
		};
	}

	/** The same text for all tests of one target, which come one after the other. */
	#modelOf(target: TestTarget): string {
		if (this.#model.target !== target) this.#model = { target, text: `{{ get_where_subquery(${target.call}) }}` };
		return this.#model.text;
	}

	/** The same list for all tests of one target. */
	#targetAlone(ref: RefArgs): readonly RefArgs[] {
		if (this.#alone[0] !== ref) this.#alone = [ref];
		return this.#alone;
	}

	/** The same list for all tests that call the same. */
	#listOf(macro: string, where: string | undefined): readonly string[] {
		let known = this.#lists.get(macro);
		if (known === undefined || known[1] !== where)
			this.#lists.set(macro, (known = where === undefined ? [macro] : [macro, where]));
		return known;
	}
}

const NOTHING: readonly never[] = Object.freeze([]);

/** A copy of the frame and not `[...folders, name]`, which has room for sixteen more, in each of tens of thousands. */
function fqnOf({ fqnFrame }: TestTarget, name: string): readonly string[] {
	const fqn = fqnFrame.slice();
	fqn[fqn.length - 1] = name;
	return fqn;
}

/** Where the text of a generic test stands: in no file. Its template is the same for all tests of one kind. */
const GENERATED = Object.freeze({ file: "(generated)", line: 1, column: 1 });

/** A mistake in the generated text is one of the test that it was generated for; one inside a macro stays there. */
function atTest(found: Diagnostic, place: FilePlace): Diagnostic {
	const related = found.related.map((r) => (r.at.file === GENERATED.file ? { label: r.label, ...place } : r));
	if (found.at !== undefined && found.at.file !== GENERATED.file) return { ...found, related };
	const { source: _generated, ...rest } = found;
	return { ...rest, ...place, related };
}

/** Tests whose macros say nothing of their configuration, so that parsing need not render them. */
const OF_DBT: ReadonlySet<string> = new Set(["unique", "not_null", "accepted_values", "relationships"]);

/** The two tests that dbt does not render while parsing. */
const isShortcut = (name: string): boolean => name === "unique" || name === "not_null";

const isFloatText = (text: string): boolean => /[.e]/i.test(text) && !/^[-+]?0x/i.test(text);

/** The arguments with `1.0` told from `1`, which names and hashes show. */
function withFloats(
	args: PlainRecord,
	{ written }: TestItem,
	scalarText: (path: readonly (string | number)[]) => string | undefined,
): TestArguments {
	const top =
		typeof written === "object" && written !== null && !Array.isArray(written) ? Object.keys(written)[0] : undefined;
	const places = [[top ?? "", "arguments"], [top ?? ""], ["arguments"], []];
	const convert = (value: Plain, path: readonly (string | number)[]): PythonValue => {
		if (typeof value === "number" && Number.isInteger(value))
			return isFloatText(scalarText(path) ?? "0") ? new WrittenFloat(value) : value;
		if (Array.isArray(value)) return value.map((item: Plain, i) => convert(item, [...path, i]));
		if (typeof value !== "object" || value === null) return value;
		return Object.fromEntries(
			Object.entries(value as PlainRecord).map(([key, item]) => [key, convert(item, [...path, key])]),
		);
	};
	return Object.fromEntries(
		Object.entries(args).map(([key, value]) => {
			const home = places.find((path) => valueAt(written, [...path, key]) === value) ?? [];
			return [key, convert(value, [...home, key])];
		}),
	);
}

function valueAt(value: Plain, path: readonly (string | number)[]): Plain | undefined {
	let found: Plain | undefined = value;
	for (const step of path) {
		if (typeof found !== "object" || found === null || !Object.hasOwn(found, step)) return undefined;
		found = (found as PlainRecord)[step];
	}
	return found;
}

function configCall(config: PlainRecord): string {
	if (config === NO_CONFIG) return "";
	const parts = Object.keys(config).map((key) => {
		const value = config[key] ?? null;
		return `${key}=${typeof value === "string" ? `"${value.replaceAll('"', '\\"')}"` : pythonStr(value)}`;
	});
	return `{{ config(${parts.join(",")}) }}`;
}

function sortedTags(inherited: readonly string[], own: Plain): readonly string[] {
	if (inherited.length === 0 && own === null) return NOTHING;
	const tags =
		typeof own === "string" ? [own] : Array.isArray(own) ? own.filter((t): t is string => typeof t === "string") : [];
	return dedupe([...inherited, ...tags].sort());
}
