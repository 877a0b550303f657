import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Plain, RefArgs } from "../core/node.ts";
import type { FilePlace, PlainRecord, YamlEntry } from "../core/parsed.ts";
import { isSourceCall, type ReferenceCall, readCall, readMetricCall } from "../core/referenceText.ts";
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
	readonly metrics: readonly (readonly string[])[];
	/** Place of the entry of depends_on that makes this call. */
	readonly placeOf: (call: RefArgs | readonly string[]) => FilePlace;
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
		const all = projects.ofAllExposures(package_name);
		const tags = dedupe([...tagsOf(all), ...tagsOf(value), ...tagsOf(config)].sort());
		const meta = { ...all.meta, ...recordOr(value.meta), ...recordOr(config.meta) };
		const calls = listOf(value.depends_on).map((item, i) => ({
			index: i,
			call: readDependency(item, entry, i, problems),
		}));
		const refs: RefArgs[] = [];
		const sources: (readonly [string, string])[] = [];
		const metrics: (readonly string[])[] = [];
		for (const { call } of calls) {
			if (call === undefined) continue;
			if (call.kind === "metric") metrics.push(call.names);
			else if (isSourceCall(call.call)) sources.push(call.call);
			else refs.push(call.call);
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
			metrics,
			placeOf: (wanted) => entry.at(["depends_on", calls.find(({ call }) => isCall(call, wanted))?.index ?? 0]),
		};
	});
}

type Dependency =
	| { readonly kind: "node"; readonly call: ReferenceCall }
	| { readonly kind: "metric"; readonly names: readonly string[] };

const isCall = (found: Dependency | undefined, wanted: RefArgs | readonly string[]): boolean =>
	found?.kind === "metric" ? found.names === wanted : found?.call === wanted;

function readDependency(
	item: Plain,
	entry: YamlEntry<"exposures">,
	index: number,
	problems: Diagnostic[],
): Dependency | undefined {
	const text = typeof item === "string" ? item : JSON.stringify(item);
	const names = readMetricCall(text);
	if (names !== undefined) return { kind: "metric", names };
	const call = readCall(text);
	if (call !== undefined) return { kind: "node", call };
	const facts = { exposure: entry.name, entry: text };
	problems.push(diagnostic("TFM-PARSE-034", facts, entry.at(["depends_on", index])));
	return undefined;
}
