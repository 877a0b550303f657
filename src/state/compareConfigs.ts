import type { Plain } from "../core/node.ts";
import { samePlain } from "../core/samePlain.ts";
import { type Change, differs } from "./change.ts";
import type { PlainRecord } from "./earlierManifest.ts";

/** Part of how a relation is called, or without influence on it: dbt leaves them out of "config changed". */
const NOT_COMPARED: ReadonlySet<string> = new Set(["alias", "schema", "database", "tags", "group"]);

/** All that dbt compares of a data test's configuration. */
const OF_TESTS = [
	"severity",
	"where",
	"limit",
	"fail_calc",
	"warn_if",
	"error_if",
	"store_failures",
	"store_failures_as",
	"sql_header",
] as const;

const DESCRIBED = ["database", "schema", "alias"] as const;

/** Which keys count: a data test has a list of its own, sources and exposures are compared in all they have. */
export type ConfigRule = "node" | "test" | "all";

/**
 * What was configured differently, as written (`unrendered_config`): a value that a template computes is the same as
 * long as its template is, whatever it gives in this environment.
 */
export function compareConfigs(before: PlainRecord, now: PlainRecord, rule: ConfigRule): readonly Change[] {
	const keys =
		rule === "test"
			? OF_TESTS
			: [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
					(key) => rule === "all" || !NOT_COMPARED.has(key),
				);
	const changed = keys.filter((key) => !sameEntry(before, now, key));
	return changed.sort().map((key) => ({ part: "configs", says: differs(`config ${key}`, before[key], now[key]) }));
}

/** A key that is written as null is another thing than one that is not written. */
function sameEntry(before: PlainRecord, now: PlainRecord, key: string): boolean {
	const [was, is] = [Object.hasOwn(before, key), Object.hasOwn(now, key)];
	return was === is && (!was || samePlain(before[key], now[key]));
}

/** What the relation is called, as configured and not as it comes out: the target's schema is no change. */
export function compareRelations(before: PlainRecord, now: PlainRecord): readonly Change[] {
	const value = (config: PlainRecord, key: string): Plain => config[key] ?? null;
	return DESCRIBED.filter((key) => !samePlain(value(before, key), value(now, key))).map((key) => ({
		part: "relation",
		says: differs(`config ${key}`, before[key], now[key]),
	}));
}
