/** Microbatch models: what they must say, and what is worth saying of them. The rules are dbt's. */
import { BATCH_SIZES, isBatchSize } from "../core/batches.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { eventTimeIso, readEventTime } from "../core/eventTime.ts";
import type { Plain } from "../core/node.ts";
import type { Draft } from "./draft.ts";
import { configPlace } from "./layers.ts";

const isMicrobatch = ({ kind, config }: Draft): boolean =>
	kind === "model" && config.materialized === "incremental" && config.incremental_strategy === "microbatch";

const shown = (value: Plain | undefined): string => (typeof value === "string" ? `"${value}"` : JSON.stringify(value));

/** Key and problem. */
function* problemsOf({ config }: Draft): Generator<readonly [string, string]> {
	const { event_time, begin, batch_size, lookback, concurrent_batches } = config;
	const missing = (value: Plain | undefined): boolean => value === null || value === undefined;
	if (missing(event_time)) yield ["event_time", "has no event_time"];
	else if (typeof event_time !== "string")
		yield ["event_time", `has an event_time that is no text: ${shown(event_time)}`];
	if (missing(begin)) yield ["begin", "has no begin"];
	else if (typeof begin !== "string" || readEventTime(begin) === null)
		yield ["begin", `has a begin that is no date or time: ${shown(begin)}`];
	if (!isBatchSize(batch_size))
		yield [
			"batch_size",
			missing(batch_size)
				? "has no batch_size"
				: `has the batch_size ${shown(batch_size)}, which is none of ${BATCH_SIZES.join(", ")}`,
		];
	if (!missing(lookback) && !Number.isInteger(lookback))
		yield ["lookback", `has a lookback that is no whole number: ${shown(lookback)}`];
	if (!missing(concurrent_batches) && typeof concurrent_batches !== "boolean")
		yield [
			"concurrent_batches",
			`has concurrent_batches that are neither true nor false: ${shown(concurrent_batches)}`,
		];
}

/** `batched`: false where an own strategy macro is called once, for all rows; then nothing is asked for (dbt). */
export function checkMicrobatch(
	drafts: Iterable<Draft>,
	options: {
		readonly batched: boolean;
		/** Unique id of the macro in force. */
		readonly macro: string;
		/** The `event_time` of what a model reads. */
		readonly eventTimesOf: (draft: Draft) => readonly (Plain | undefined)[];
	},
	found: { readonly problems: Diagnostic[]; readonly warnings: Diagnostic[] },
): void {
	if (!options.batched) {
		const first = [...drafts].find(isMicrobatch);
		const places = { at: first?.locate(), severity: "warning" } as const;
		if (first !== undefined) found.warnings.push(diagnostic("TFM-DEPR-015", { macro: options.macro }, places));
		return;
	}
	const concurrent: Draft[] = [];
	for (const draft of drafts) {
		if (draft.kind === "model" && draft.config.concurrent_batches === true) concurrent.push(draft);
		if (!isMicrobatch(draft)) continue;
		const before = found.problems.length;
		for (const [key, problem] of problemsOf(draft))
			found.problems.push(diagnostic("TFM-INC-015", { node: draft.name, key, problem }, configPlace(draft, key)));
		if (found.problems.length > before) continue;
		// Nodes of one folder share their config.
		draft.config = { ...draft.config, begin: beginText(draft.config.begin) };
		if (!options.eventTimesOf(draft).some((time) => typeof time === "string" && time !== "")) {
			const places = { at: draft.locate(), severity: "warning" } as const;
			found.warnings.push(diagnostic("TFM-INC-017", { node: draft.name }, places));
		}
	}
	const first = concurrent[0];
	if (first === undefined) return;
	const models = concurrent.map((draft) => draft.name).sort();
	const places = { ...configPlace(first, "concurrent_batches"), severity: "warning" } as const;
	found.warnings.push(diagnostic("TFM-INC-016", { models }, places));
}

/** `begin` as the manifest shows it: dbt reads it as a time. */
const beginText = (begin: Plain | undefined): Plain => {
	const at = typeof begin === "string" ? readEventTime(begin) : null;
	return at === null ? (begin ?? null) : eventTimeIso(at).slice(0, -"+00:00".length);
};
