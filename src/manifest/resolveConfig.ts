/**
 * One node's configuration (spec 2.6): defaults, the project tree from shallow to deep, the property file, config() in
 * the file, and for a dependency the root project's tree once more.
 */
import type { ProjectConfigOf } from "../context/context.ts";
import type { Config } from "../core/config.ts";
import type { Plain } from "../core/node.ts";
import type { PlainRecord } from "../core/parsed.ts";
import { CONFIG_DEFAULTS, type ConfiguredKind, isRecord, MERGE_RULES } from "./configDefaults.ts";
import { readHook } from "./hooks.ts";
import { mergeCalls, mergeConfig } from "./mergeConfig.ts";
import { ProjectConfigs } from "./projectConfig.ts";
import { pythonRepr } from "./pythonText.ts";

export interface ConfigInput {
	readonly kind: ConfiguredKind;
	readonly package_name: string;
	readonly fqn: readonly string[];
	/** From the property file; null where it says nothing. */
	readonly yaml: PlainRecord | null;
	readonly calls: readonly PlainRecord[];
}

export function resolveConfig(input: ConfigInput, projects: ProjectConfigs): PlainRecord {
	const base = projects.base(input.kind, input.package_name, input.fqn);
	const overrides = projects.override(input.kind, input.package_name, input.fqn);
	if (input.yaml === null && input.calls.length === 0 && overrides.length === 0)
		return finished(base, input.kind, projects);
	// An alias is one node's own: a test has one where its name is too long, and nothing like it comes again.
	if (input.calls.length > 0 && input.calls.some(({ alias }) => typeof alias === "string"))
		return finish(overlaid(base, input, overrides), input.kind);
	// Many nodes of a folder set the same few things; they share the result, and its text in the manifest.
	const key = JSON.stringify([input.kind, input.yaml, input.calls, overrides]);
	const alike = projects.alike(base);
	let config = alike.get(key);
	if (config !== undefined) return config;
	config = finish(overlaid(base, input, overrides), input.kind);
	if (key.length <= LONGEST_KEY) alike.set(key, config);
	return config;
}

/** What project files say of nodes, before anything is known of the nodes' own files. */
export function projectConfigOf(config: Config): ProjectConfigOf {
	const projects = new ProjectConfigs(config);
	return ({ resource_type: kind, package_name, fqn }) =>
		isConfigured(kind) ? resolveConfig({ kind, package_name, fqn, yaml: null, calls: [] }, projects) : {};
}

const isConfigured = (kind: string): kind is ConfiguredKind => Object.hasOwn(CONFIG_DEFAULTS, kind);

/** What a longer one sets is its own. */
const LONGEST_KEY = 500;

function overlaid(base: PlainRecord, input: ConfigInput, overrides: readonly PlainRecord[]): PlainRecord {
	const rules = MERGE_RULES[input.kind];
	let config = base;
	if (input.yaml !== null) config = mergeConfig(config, input.yaml, rules);
	if (input.calls.length > 0) config = mergeConfig(config, mergeCalls(input.calls, rules), rules);
	for (const level of overrides) config = mergeConfig(config, level, rules);
	return config;
}

/** Hooks in one form, the two ways to store a test's failures brought together, frozen. */
const finish = (config: PlainRecord, kind: ConfiguredKind): PlainRecord =>
	Object.freeze(kind === "test" ? testConfig(config) : hasHooks(config) ? hooked(config) : config);

/** The same of what many nodes are given: done once. */
function finished(config: PlainRecord, kind: ConfiguredKind, projects: ProjectConfigs): PlainRecord {
	const known = projects.finished.get(config);
	if (known !== undefined) return known;
	const result = finish(config, kind);
	projects.finished.set(config, result);
	return result;
}

const hasHooks = (config: PlainRecord): boolean => hasAny(config["pre-hook"]) || hasAny(config["post-hook"]);

const hasAny = (list: Plain | undefined): boolean => Array.isArray(list) && list.length > 0;

const hookList = (value: Plain | undefined): Plain =>
	Array.isArray(value)
		? value.map((hook: Plain) => (readHook(hook) as PlainRecord | undefined) ?? hook)
		: (value ?? []);

const hooked = (config: PlainRecord): PlainRecord => ({
	...config,
	"pre-hook": hookList(config["pre-hook"]),
	"post-hook": hookList(config["post-hook"]),
});

/** `store_failures_as` beats `store_failures`; each implies the other. */
function testConfig(config: PlainRecord): PlainRecord {
	const as = config.store_failures_as ?? null;
	if (as !== null) return { ...config, store_failures: as !== "ephemeral" };
	if (config.store_failures === true) return { ...config, store_failures_as: "table" };
	if (config.store_failures === false) return { ...config, store_failures_as: "ephemeral" };
	return config;
}

/** Hooks under the names that Python gives them. */
export const underscored = (call: PlainRecord): PlainRecord =>
	Object.fromEntries(Object.keys(call).map((key) => [key.replace(/^(pre|post)-hook$/, "$1_hook"), call[key] ?? null]));

/** Values of config() calls as texts, as far as dbt keeps them: what `state:modified` compares. */
export const asWritten = (call: PlainRecord): PlainRecord => {
	const result: { [key: string]: Plain } = {};
	for (const key of Object.keys(call)) {
		const value = call[key] ?? null;
		result[key.replace(/^(pre|post)-hook$/, "$1_hook")] = typeof value === "string" ? value : pythonRepr(value);
	}
	return result;
};

export interface UnrenderedInput {
	readonly kind: ConfiguredKind;
	readonly package_name: string;
	readonly fqn: readonly string[];
	/** As written in the property file. */
	readonly yaml: PlainRecord | null;
	/** config() of the file, as far as dbt keeps it. */
	readonly call: PlainRecord;
	/** The call counts after the root project's tree too. */
	readonly isLast?: boolean;
}

/** Most tests set nothing: they share it, and its text in the manifest. */
const NOTHING_SET: PlainRecord = Object.freeze({});

/** What was configured, before defaults and merging: the last writer of each key. */
export function unrenderedConfig(input: UnrenderedInput, projects: ProjectConfigs): PlainRecord {
	const result: { [key: string]: Plain } = {};
	const { own, root } = projects.writtenLevels(input.kind, input.package_name, input.fqn);
	for (const level of own) Object.assign(result, level);
	if (input.yaml !== null) Object.assign(result, input.yaml);
	if (input.isLast !== true) Object.assign(result, input.call);
	for (const level of root) Object.assign(result, level);
	if (input.isLast === true) Object.assign(result, input.call);
	return Object.keys(result).length === 0 ? NOTHING_SET : result;
}

const isText = (value: Plain): value is string => typeof value === "string";

export const tagsOf = (config: PlainRecord): readonly string[] => {
	const tags = config.tags ?? [];
	const list: readonly Plain[] = Array.isArray(tags) ? tags : [tags];
	// The list itself where it can be: nodes that share a configuration share it, and its bytes in what is kept.
	return list.every(isText) ? list : list.filter(isText);
};

export const dedupe = <T>(items: readonly T[]): readonly T[] => (items.length < 2 ? items : [...new Set(items)]);

export const recordOr = (value: Plain | undefined): PlainRecord => (isRecord(value) ? value : {});
