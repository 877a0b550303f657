import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Plain, RefArgs } from "../core/node.ts";
import type { FilePlace, PlainRecord, YamlEntry } from "../core/parsed.ts";
import { listOf } from "./patches.ts";
import type { ProjectConfigs } from "./projectConfig.ts";
import { dedupe, recordOr, resolveConfig, tagsOf, unrenderedConfig } from "./resolveConfig.ts";

export interface ExposureDraft {
	readonly entry: YamlEntry<"exposures">;
	readonly unique_id: string;
	readonly name: string;
	readonly package_name: string;
	readonly fqn: readonly string[];
	readonly config: PlainRecord;
	readonly unrendered: PlainRecord;
	readonly tags: readonly string[];
	readonly meta: PlainRecord;
	readonly refs: readonly RefArgs[];
	readonly sources: readonly (readonly [string, string])[];
	/** Place of the entry of depends_on that makes this call. */
	readonly placeOf: (call: RefArgs | readonly [string, string]) => FilePlace;
}

const NAME = String.raw`(['"])([\w. -]+)`;
const REF = new RegExp(
	String.raw`^\s*ref\(\s*${NAME}\1\s*(?:,\s*${NAME}\3\s*)?(?:,\s*(?:v|version)\s*=\s*['"]?([\w.]+)['"]?\s*)?\)\s*$`,
);
const SOURCE = new RegExp(String.raw`^\s*source\(\s*${NAME}\1\s*,\s*${NAME}\3\s*\)\s*$`);

/** `ref('a')` or `source('a', 'b')` as a text, outside of a template: exposures, snapshots' relation, foreign keys. */
export function readCall(text: string): RefArgs | readonly [string, string] | undefined {
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

export const isSourceCall = (call: RefArgs | readonly [string, string]): call is readonly [string, string] =>
	Array.isArray(call);

export function makeExposures(
	entries: readonly YamlEntry<"exposures">[],
	projects: ProjectConfigs,
	problems: Diagnostic[],
): readonly ExposureDraft[] {
	return entries.map((entry) => {
		const { package_name, name, value } = entry;
		const fqn = [package_name, ...entry.folders, name];
		const input = { kind: "exposure" as const, package_name, fqn, yaml: recordOr(value.config), calls: [] };
		const config = resolveConfig(input, projects);
		const tags = dedupe([...tagsOf(value), ...tagsOf(config)].sort());
		const meta = { ...recordOr(value.meta), ...recordOr(config.meta) };
		const calls = listOf(value.depends_on).map((item, i) => ({
			index: i,
			call: readDependency(item, entry, i, problems),
		}));
		const refs: RefArgs[] = [];
		const sources: (readonly [string, string])[] = [];
		for (const { call } of calls) {
			if (call === undefined) continue;
			if (isSourceCall(call)) sources.push(call);
			else refs.push(call);
		}
		return {
			entry,
			unique_id: `exposure.${package_name}.${name}`,
			name,
			package_name,
			fqn,
			config: { ...config, tags, meta },
			unrendered: unrenderedConfig({ ...input, yaml: recordOr(entry.written.config) }, projects),
			tags,
			meta,
			refs,
			sources,
			placeOf: (wanted) => entry.at(["depends_on", calls.find(({ call }) => call === wanted)?.index ?? 0]),
		};
	});
}

function readDependency(item: Plain, entry: YamlEntry<"exposures">, index: number, problems: Diagnostic[]) {
	const call = typeof item === "string" ? readCall(item) : undefined;
	// dbt has metrics there as well; tfm has none yet.
	if (call === undefined && !(typeof item === "string" && item.trimStart().startsWith("metric(")))
		problems.push(
			diagnostic(
				"TFM-PARSE-034",
				{ exposure: entry.name, entry: typeof item === "string" ? item : JSON.stringify(item) },
				entry.at(["depends_on", index]),
			),
		);
	return call;
}
