import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Plain, RefArgs } from "../core/node.ts";
import type { FilePlace, PlainRecord, YamlEntry } from "../core/parsed.ts";
import { isSourceCall, readCall } from "../core/referenceText.ts";
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
			unrendered: unrenderedConfig({ ...input, yaml: recordOr(entry.written.config), call: {} }, projects),
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
