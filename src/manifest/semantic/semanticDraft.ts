/** What the drafts of metrics, semantic models and saved queries have in common. */
import type { Plain } from "../../core/node.ts";
import type { PlainRecord, YamlEntry } from "../../core/parsed.ts";
import { textOf } from "../patches.ts";
import type { ProjectConfigs } from "../projectConfig.ts";
import { recordOr, resolveConfig, unrenderedConfig } from "../resolveConfig.ts";
import type { EntryPath } from "./semanticReader.ts";

export type SemanticKind = "metric" | "semantic_model" | "saved_query";

export interface SemanticDraft {
	readonly kind: SemanticKind;
	readonly entry: YamlEntry;
	/** Inside the entry: a metric may stand beside its model. */
	readonly path: EntryPath;
	readonly unique_id: string;
	readonly name: string;
	readonly package_name: string;
	readonly fqn: readonly string[];
	readonly config: PlainRecord;
	readonly unrendered: PlainRecord;
	readonly group: string | null;
}

export interface SemanticSubject {
	readonly kind: SemanticKind;
	readonly entry: YamlEntry;
	readonly path: EntryPath;
	readonly name: string;
	readonly config: Plain | undefined;
}

export function draftOf(subject: SemanticSubject, projects: ProjectConfigs): SemanticDraft {
	const { kind, entry, path, name } = subject;
	const { package_name } = entry;
	const fqn = [package_name, ...entry.folders, name];
	const input = { kind, package_name, fqn, yaml: recordOr(subject.config), calls: [] };
	const config = resolveConfig(input, projects);
	return {
		kind,
		entry,
		path,
		unique_id: `${kind}.${package_name}.${name}`,
		name,
		package_name,
		fqn,
		config,
		unrendered: unrenderedConfig({ ...input, call: {} }, projects),
		group: textOf(config.group) || null,
	};
}

export const isLive = ({ config }: Pick<SemanticDraft, "config">): boolean => config.enabled !== false;
