/**
 * Jinja in property files. dbt renders every text of an entry when it reads the file, except what it renders later:
 * tests (their arguments become part of a query), descriptions (they may use doc()), hooks, and the filters of metrics
 * and saved queries, which are templates of another language. A lone expression keeps
 * the type of its value.
 */
import type { Plain } from "../core/node.ts";
import type { PlainRecord } from "../core/parsed.ts";
import type { EntryPath } from "./checkShape.ts";

export const hasJinja = (text: string): boolean => text.includes("{{") || text.includes("{%") || text.includes("{#");

const LATER = new Set(["tests", "data_tests", "description", "loaded_at_query"]);
const LATER_CONFIGS = new Set(["pre_hook", "post_hook", "pre-hook", "post-hook", "loaded_at_query"]);

/** A condition of the semantic layer, `{{ Dimension('customer__region') }} = 'EU'`: never a template of dbt's. */
function isFilter(section: string, path: EntryPath): boolean {
	if (section === "saved_queries") return path[0] === "query_params" && path[1] === "where";
	if (section !== "metrics" && path[0] !== "metrics") return false;
	return path.at(-1) === "filter" || path.at(-2) === "filter";
}

/** Is the value at this path of an entry left as written? Lists count as one step. */
function isLater(section: string, path: EntryPath): boolean {
	if (isFilter(section, path)) return true;
	if (path.some((step, i) => LATER.has(String(step)) && isPropertyStep(path, i))) return true;
	const config = path.indexOf("config");
	return config >= 0 && config <= 2 && LATER_CONFIGS.has(String(path[config + 1]));
}

/** `description` as a property, not a key of somebody's meta. */
const isPropertyStep = (path: EntryPath, i: number): boolean =>
	!path.slice(0, i).some((step) => step === "meta" || step === "config");

/** The value with its texts rendered; the same object where nothing changes. */
export function renderYaml(
	section: string,
	value: PlainRecord,
	render: (text: string, path: EntryPath) => Plain,
): PlainRecord {
	const path: (string | number)[] = [];
	/** A list or record is made anew only where something in it is another thing: most files have one template in a hundred texts. */
	const walk = (found: Plain): Plain => {
		if (typeof found === "string") return hasJinja(found) && !isLater(section, path) ? render(found, [...path]) : found;
		if (typeof found !== "object" || found === null) return found;
		if (Array.isArray(found)) {
			let items: Plain[] | null = null;
			for (let i = 0; i < found.length; i++) {
				const item = walkAt(found[i], i);
				if (items === null && item !== found[i]) items = found.slice(0, i);
				items?.push(item);
			}
			return items === null ? found : Object.freeze(items);
		}
		const record = found as PlainRecord;
		let changed: [key: string, value: Plain][] | null = null;
		for (const key of Object.keys(record)) {
			const item = walkAt(record[key] ?? null, key);
			if (item !== record[key]) (changed ??= []).push([key, item]);
		}
		if (changed === null) return found;
		const keys = new Map<string, Plain>(Object.entries(record));
		for (const [key, item] of changed) keys.set(key, item);
		return Object.freeze(Object.fromEntries(keys));
	};
	const walkAt = (found: Plain, step: string | number): Plain => {
		path.push(step);
		const walked = walk(found);
		path.pop();
		return walked;
	};
	return walk(value) as PlainRecord;
}
