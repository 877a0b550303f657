import type { Diagnostic } from "../../core/diagnostic.ts";
import type { PlainRecord, YamlEntry } from "../../core/parsed.ts";
import { listOf, textOf } from "../patches.ts";
import type { ProjectConfigs } from "../projectConfig.ts";
import { dedupe, recordOr, tagsOf } from "../resolveConfig.ts";
import { draftOf, type SemanticDraft } from "./semanticDraft.ts";
import { filterOf, SemanticReader, textOrNull } from "./semanticReader.ts";

const EXPORTS = ["table", "view"];

export interface SavedQueryDraft extends SemanticDraft {
	readonly kind: "saved_query";
	/** Names of metrics. */
	readonly metrics: readonly string[];
	readonly description: string | null;
	readonly label: string | null;
	readonly query_params: PlainRecord;
	readonly exports: readonly PlainRecord[];
	readonly tags: readonly string[];
}

/** Where exports are written unless they say otherwise. */
export interface ExportTarget {
	readonly database: string;
	readonly schema: string;
}

export function makeSavedQuery(
	entry: YamlEntry,
	target: ExportTarget,
	projects: ProjectConfigs,
	problems: Diagnostic[],
): SavedQueryDraft {
	const { value, name } = entry;
	const reader = new SemanticReader(entry, `saved query "${name}"`, problems);
	const draft = draftOf({ kind: "saved_query", entry, path: [], name, config: value.config }, projects);
	const params = recordOr(value.query_params);
	const metrics = listOf(params.metrics).map((metric) => textOf(metric));
	const exports = listOf(value.exports).map((item, i) => {
		const written = recordOr(item);
		const own = recordOr(written.config);
		const as = own.export_as ?? draft.config.export_as ?? null;
		const schema = own.schema_name ?? own.schema ?? draft.config.schema_name ?? draft.config.schema;
		return {
			name: textOf(written.name),
			config: {
				export_as: reader.word(as, EXPORTS, ["exports", i, "config", "export_as"]),
				schema_name: textOrNull(schema) ?? target.schema,
				alias: textOrNull(own.alias) ?? textOf(written.name),
				database: textOrNull(own.database) ?? target.database,
			},
			unrendered_config: own,
		};
	});
	return {
		...draft,
		kind: "saved_query",
		metrics,
		description: textOrNull(value.description),
		label: textOrNull(value.label),
		query_params: {
			metrics,
			group_by: listOf(params.group_by),
			where: filterOf(params.where),
			order_by: listOf(params.order_by),
			limit: params.limit ?? null,
		},
		exports,
		tags: dedupe([...tagsOf(value), ...tagsOf(draft.config)].sort()),
	};
}
