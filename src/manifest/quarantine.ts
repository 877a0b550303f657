import { diagnostic } from "../core/diagnostic.ts";
import { nodeId } from "../core/node.ts";
import { readQuarantine, rejectsName, writtenQuarantine } from "../core/quarantine.ts";
import { type Draft, isEnabled } from "./draft.ts";
import { configPlace } from "./layers.ts";
import { blankDraft } from "./makeDrafts.ts";
import type { ManifestWork } from "./manifestWork.ts";
import { recordOr } from "./resolveConfig.ts";

/** What belongs to how the model itself is built, not to its rejects. */
const OF_THE_MODEL = [
	"quarantine",
	"unique_key",
	"reprocess_by",
	"incremental_strategy",
	"on_schema_change",
	"merge_update_columns",
	"merge_exclude_columns",
	"incremental_predicates",
	"partition_by",
	"indexes",
	"event_time",
	"batch_size",
	"begin",
	"lookback",
	"full_refresh",
	"sql_header",
	"publish",
];

function rejectsOf(draft: Draft, group: string): Draft {
	const config = Object.fromEntries(Object.entries(draft.config).filter(([key]) => !OF_THE_MODEL.includes(key)));
	const { quarantine: _rules, ...meta } = recordOr(config.meta);
	const version = draft.patch?.version ?? null;
	const name = rejectsName(version === null ? draft.name : `${draft.name}_v${version}`);
	const { kind, package_name, file, locate } = draft;
	// A file of its own under target/; what is declared is declared where the model is.
	const named = (path: string): string => path.replace(/[^/]*$/, `${name}.sql`);
	return blankDraft({
		kind,
		package_name,
		path: named(draft.path),
		original_file_path: named(draft.original_file_path),
		file,
		locate,
		name,
		unique_id: nodeId(`model.${package_name}.${name}`),
		root_path: draft.root_path,
		fqn: [...draft.fqn.slice(0, -1), name],
		raw_code: draft.raw_code,
		checksum: draft.checksum,
		code_line: draft.code_line,
		code_column: draft.code_column,
		unrendered: draft.unrendered,
		tags: draft.tags,
		group: draft.group,
		description: `Rows of ${draft.name} that its quarantine turned away, with the reasons.`,
		refs: draft.refs,
		sources: draft.sources,
		functions: draft.functions,
		metrics: draft.metrics,
		macros: draft.macros,
		config: {
			...config,
			materialized: "table",
			alias: rejectsName(typeof config.alias === "string" ? config.alias : name.slice(0, -rejectsName("").length)),
			"pre-hook": [],
			"post-hook": [],
			contract: { enforced: false, alias_types: true },
			persist_docs: {},
			meta,
			publish_group: group,
			quarantine: writtenQuarantine(draft.config) ?? null,
			rejects_of: draft.unique_id as string,
		} as Draft["config"],
	});
}

/**
 * One more model for each that has a quarantine: `<model>__rejects`, of the same query, always a table. Both are of one
 * publish group, so that readers never see the one without the other. Mistakes in the rules are collected.
 */
export function quarantineDrafts(drafts: readonly Draft[], { problems }: ManifestWork): readonly Draft[] {
	const made: Draft[] = [];
	for (const draft of drafts) {
		if (draft.kind !== "model" || !isEnabled(draft)) continue;
		const written = writtenQuarantine(draft.config);
		if (written === undefined) continue;
		const rules = readQuarantine(written);
		const python = draft.language === "python" ? "a Python model has no query to split" : null;
		const problem = python ?? (typeof rules === "string" ? rules : null);
		if (problem !== null) {
			problems.push(
				diagnostic(
					"TFM-PARSE-071",
					{ model: draft.name, problem },
					configPlace(draft, Object.hasOwn(draft.config, "quarantine") ? "quarantine" : "meta"),
				),
			);
			continue;
		}
		const group = typeof draft.config.publish_group === "string" ? draft.config.publish_group : draft.name;
		draft.config = Object.freeze({ ...draft.config, publish_group: group });
		made.push(rejectsOf(draft, group));
	}
	return made;
}
