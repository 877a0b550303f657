/** Time spines: models with one row per day (or hour, …), which dbt's semantic layer joins metrics to. */
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { isRecord } from "../configDefaults.ts";
import { type Draft, isEnabled, labelOf } from "../draft.ts";
import { listOf, textOf } from "../patches.ts";
import { isLive } from "./semanticDraft.ts";
import type { SemanticLayer } from "./semanticLayer.ts";
import { GRANULARITIES, textOrNull } from "./semanticReader.ts";

/** The spine as the manifest has it; null for a model that is none. */
export function timeSpineOf(draft: Draft): Plain {
	const written = draft.patch?.timeSpine ?? null;
	if (!isRecord(written)) return null;
	return {
		standard_granularity_column: textOrNull(written.standard_granularity_column),
		custom_granularities: listOf(written.custom_granularities)
			.filter(isRecord)
			.map((item) => ({ name: textOrNull(item.name), column_name: textOrNull(item.column_name) })),
	};
}

/** What the model that carried the calendar before spines were declared is called. */
const OLD_SPINE = "metricflow_time_spine";

/** Each spine names columns of its model; a project with semantic models has a spine of days or finer (dbt). */
export function checkTimeSpines(drafts: readonly Draft[], layer: SemanticLayer, problems: Diagnostic[]): void {
	let finest = GRANULARITIES.length;
	for (const draft of drafts) {
		if (draft.kind !== "model" || !isEnabled(draft)) continue;
		if (draft.name === OLD_SPINE) finest = Math.min(finest, GRANULARITIES.indexOf("day"));
		const grain = checkSpine(draft, problems);
		if (grain !== null) finest = Math.min(finest, GRANULARITIES.indexOf(grain));
	}
	const first = layer.semanticModels.find(isLive);
	if (first === undefined || finest <= GRANULARITIES.indexOf("day")) return;
	problems.push(
		diagnostic(
			"TFM-PARSE-038",
			{
				node: `semantic model "${first.name}"`,
				problem: "needs a time spine of days or finer, and the project has none",
				hint: "add a model with one row per day and `time_spine: {standard_granularity_column: …}` in its entry",
				dbt: "The semantic layer requires a time spine model with granularity DAY or smaller in the project, but none was found.",
			},
			first.entry.at(first.path),
		),
	);
}

/** The grain of a spine's standard column; null where the model is no spine or its entry is wrong. */
function checkSpine(draft: Draft, problems: Diagnostic[]): string | null {
	const { patch } = draft;
	if (patch === null || !isRecord(patch.timeSpine)) return null;
	const columns = new Map(patch.columns.map(({ record }) => [textOf(record.name), record]));
	const report = (problem: string, hint: string, dbt: string): null => {
		const facts = { node: labelOf(draft), problem, hint, dbt };
		problems.push(diagnostic("TFM-PARSE-038", facts, patch.entry.at(["time_spine"])));
		return null;
	};
	const name = textOf(patch.timeSpine.standard_granularity_column);
	const standard = columns.get(name);
	if (standard === undefined)
		return report(
			`has a time spine whose column "${name}" it does not describe`,
			"list the column under `columns:`",
			"Time spine standard granularity column must be defined on the model.",
		);
	const grain = textOf(standard.granularity);
	if (!GRANULARITIES.includes(grain))
		return report(
			`has a time spine whose column "${name}" has no \`granularity\``,
			"write `granularity: day`",
			"Time spine standard granularity column must have a granularity defined.",
		);
	for (const item of listOf(patch.timeSpine.custom_granularities).filter(isRecord)) {
		const column = textOf(item.column_name) || textOf(item.name);
		if (!columns.has(column))
			return report(
				`has a custom granularity whose column "${column}" it does not describe`,
				"list it under `columns:`",
				"Time spine custom granularity columns do not exist in the model.",
			);
	}
	return grain;
}
