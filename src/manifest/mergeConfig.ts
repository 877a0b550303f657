import type { Plain } from "../core/node.ts";
import type { PlainRecord } from "../core/parsed.ts";
import { isRecord, type MergeRule } from "./configDefaults.ts";

const listOf = (value: Plain): readonly Plain[] => (Array.isArray(value) ? (value as readonly Plain[]) : [value]);

/** Names that mean the same as another: Python spells hooks with an underscore, and a database has dbt-postgres' old name. */
const ALIASES: { readonly [key: string]: string } = {
	pre_hook: "pre-hook",
	post_hook: "post-hook",
	dbname: "database",
};

export const configKey = (key: string): string => ALIASES[key] ?? key;

/** One level of configuration laid over those before it. The inputs stay as they are. */
export function mergeConfig(
	base: PlainRecord,
	over: PlainRecord,
	rules: { readonly [key: string]: MergeRule },
): PlainRecord {
	const result: { [key: string]: Plain } = { ...base };
	for (const written of Object.keys(over)) {
		const key = configKey(written);
		const value = over[written] ?? null;
		const before = result[key];
		result[key] =
			before === undefined || before === null ? first(value, rules[key]) : merged(before, value, rules[key]);
	}
	return result;
}

const first = (value: Plain, rule: MergeRule | undefined): Plain => {
	if (value === null) return null;
	if (rule === "append") return listOf(value);
	return rule === "grants" && isRecord(value) ? mergeGrants({}, value) : value;
};

function merged(before: Plain, value: Plain, rule: MergeRule | undefined): Plain {
	switch (rule) {
		case "append":
			return value === null ? before : [...listOf(before), ...listOf(value)];
		case "update":
			return isRecord(before) && isRecord(value) ? { ...before, ...value } : value === null ? before : value;
		case "grants":
			return isRecord(before) && isRecord(value) ? mergeGrants(before, value) : value === null ? before : value;
		case undefined:
			return value;
	}
}

/** `+select: x` adds to the grantees of select, `select: x` replaces them. */
function mergeGrants(before: PlainRecord, over: PlainRecord): PlainRecord {
	const result: { [privilege: string]: readonly Plain[] } = {};
	for (const key of Object.keys(before)) result[key] = listOf(before[key] ?? []);
	for (const written of Object.keys(over)) {
		const key = written.replace(/^\++/, "");
		const grantees = listOf(over[written] ?? []);
		result[key] = key !== written ? [...(result[key] ?? []), ...grantees] : grantees;
	}
	return result;
}

/** Mappings merged at every depth, lists of `over` before those of `base`: how dbt lays a version over its model. */
export function deepMerge(base: PlainRecord, over: PlainRecord): PlainRecord {
	const result: { [key: string]: Plain } = { ...base };
	for (const key of Object.keys(over)) {
		const [before, value] = [result[key], over[key] ?? null];
		if (isRecord(value)) result[key] = deepMerge(isRecord(before) ? before : {}, value);
		else if (Array.isArray(value)) result[key] = Array.isArray(before) ? [...value, ...before] : value;
		else result[key] = value;
	}
	return result;
}

/** config() calls of one file, one after the other: hooks and tags add up, the last value of anything else counts. */
export function mergeCalls(calls: readonly PlainRecord[], rules: { readonly [key: string]: MergeRule }): PlainRecord {
	const [only] = calls;
	if (only === undefined) return {};
	return calls.length === 1 ? only : mergeInTurn(calls, rules);
}

/**
 * As dbt reads a file that needs no rendering: one keyword after the other, each as a call of its own. What adds up
 * becomes a list, but for the keyword that comes first.
 */
export function mergeKeywords(
	calls: readonly PlainRecord[],
	rules: { readonly [key: string]: MergeRule },
): PlainRecord {
	const listed = (key: string, value: Plain, isFirst: boolean): Plain =>
		rules[key] === "append" && !isFirst && value !== null ? listOf(value) : value;
	const keywords = calls.flatMap((call) => Object.keys(call).map((key) => [key, call[key] ?? null] as const));
	return mergeInTurn(
		keywords.map(([key, value], i) => ({ [key]: listed(key, value, i === 0) })),
		rules,
	);
}

function mergeInTurn(calls: readonly PlainRecord[], rules: { readonly [key: string]: MergeRule }): PlainRecord {
	const result: { [key: string]: Plain } = {};
	for (const call of calls) {
		for (const key of Object.keys(call)) {
			const rule = rules[key];
			const value = call[key] ?? null;
			const before = result[key] ?? null;
			// A `+` of grants must survive to meet the project's grants, so grants of several calls are not resolved here.
			const together =
				rule === "grants" && isRecord(before) && isRecord(value) ? extendGrants(before, value) : undefined;
			result[key] = together ?? (before === null ? value : merged(before, value, rule));
		}
	}
	return result;
}

/** Grants of two config() calls: `+select` adds to an earlier `+select`, and the plain name replaces. */
function extendGrants(before: PlainRecord, over: PlainRecord): PlainRecord {
	const result: { [privilege: string]: Plain } = { ...before };
	for (const key of Object.keys(over)) {
		const grantees = listOf(over[key] ?? []);
		const earlier = key.startsWith("+") ? result[key] : undefined;
		result[key] = earlier == null ? grantees : [...listOf(earlier), ...grantees];
	}
	return result;
}
