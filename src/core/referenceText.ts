import type { RefArgs } from "./node.ts";

/** What a call names: ref()'s arguments, or source and table. */
export type ReferenceCall = RefArgs | readonly [string, string];

const NAME = String.raw`(['"])([\w. -]+)`;
const REF = new RegExp(
	String.raw`^\s*ref\(\s*${NAME}\1\s*(?:,\s*${NAME}\3\s*)?(?:,\s*(?:v|version)\s*=\s*['"]?([\w.]+)['"]?\s*)?\)\s*$`,
);
const SOURCE = new RegExp(String.raw`^\s*source\(\s*${NAME}\1\s*,\s*${NAME}\3\s*\)\s*$`);

/** `ref('a')` or `source('a', 'b')` as a text, outside of a template: exposures, snapshots' relation, foreign keys. */
export function readCall(text: string): ReferenceCall | undefined {
	const ref = REF.exec(text);
	if (ref !== null) {
		const [, , first = "", , second, version] = ref;
		return second === undefined
			? { name: first, package: null, version: version ?? null }
			: { name: second, package: first, version: version ?? null };
	}
	const source = SOURCE.exec(text);
	return source === null ? undefined : [source[2] ?? "", source[4] ?? ""];
}

const METRIC = new RegExp(String.raw`^\s*metric\(\s*${NAME}\1\s*(?:,\s*${NAME}\3\s*)?\)\s*$`);

/** The one or two names of `metric('a')` or `metric('package', 'a')` as a text. */
export function readMetricCall(text: string): readonly string[] | undefined {
	const found = METRIC.exec(text);
	if (found === null) return undefined;
	const [, , first = "", , second] = found;
	return second === undefined ? [first] : [first, second];
}

export const isSourceCall = (call: ReferenceCall): call is readonly [string, string] => Array.isArray(call);
