/** What metrics stand on: semantic models by their measures, and other metrics. */
import { metricText } from "../../context/context.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import { type NodeId, nodeId, type Plain } from "../../core/node.ts";
import type { FilePlace, PlainRecord } from "../../core/parsed.ts";
import { samePlain } from "../../core/samePlain.ts";
import { isRecord } from "../configDefaults.ts";
import { listOf } from "../patches.ts";
import { recordOr } from "../resolveConfig.ts";
import type { MetricDraft } from "./metricDrafts.ts";
import type { MetricIndex } from "./metricIndex.ts";
import { isLive } from "./semanticDraft.ts";

export interface MetricLinks {
	readonly depends: readonly NodeId[];
	/** dbt's `input_measures`: the metric's own, or those of the metrics that it is made of. */
	readonly inputMeasures: readonly PlainRecord[];
}

const NO_LINKS: MetricLinks = Object.freeze({ depends: [], inputMeasures: [] });

/** A node that names metrics: a metric, a saved query, an exposure, a model with metric(). */
export interface MetricReader {
	readonly unique_id: string;
	readonly package_name: string;
	readonly placeOf: (names: readonly string[]) => FilePlace;
}

/** The metric that the names mean, or undefined after a report. */
export function findMetric(
	names: readonly string[],
	reader: MetricReader,
	index: MetricIndex,
	problems: Diagnostic[],
): MetricDraft | undefined {
	const found = index.findMetric(names, reader.package_name);
	if (found.kind === "found") return found.target;
	const reference = metricText(names);
	const from = reader.unique_id;
	problems.push(
		found.kind === "disabled"
			? diagnostic("TFM-REF-002", { from, reference, target: found.target.unique_id }, reader.placeOf(names))
			: diagnostic(
					"TFM-REF-001",
					{ from, reference, suggestion: index.suggestMetric(names.at(-1) ?? "") },
					reader.placeOf(names),
				),
	);
	return undefined;
}

/** Links of all enabled metrics, each looked at once; a circle of metrics is the graph's to report. */
export function resolveMetrics(
	metrics: readonly MetricDraft[],
	index: MetricIndex,
	problems: Diagnostic[],
): ReadonlyMap<string, MetricLinks> {
	const links = new Map<string, MetricLinks>();
	const resolve = (metric: MetricDraft): MetricLinks => {
		const known = links.get(metric.unique_id);
		if (known !== undefined) return known;
		links.set(metric.unique_id, NO_LINKS);
		const made = new Linker(metric, index, problems, resolve).links();
		links.set(metric.unique_id, made);
		return made;
	};
	for (const metric of metrics) if (isLive(metric)) resolve(metric);
	return links;
}

class Linker {
	readonly #metric: MetricDraft;
	readonly #index: MetricIndex;
	readonly #problems: Diagnostic[];
	readonly #resolve: (metric: MetricDraft) => MetricLinks;
	readonly #depends = new Set<NodeId>();
	readonly #inputs: PlainRecord[] = [];

	constructor(
		metric: MetricDraft,
		index: MetricIndex,
		problems: Diagnostic[],
		resolve: (metric: MetricDraft) => MetricLinks,
	) {
		this.#metric = metric;
		this.#index = index;
		this.#problems = problems;
		this.#resolve = resolve;
	}

	links(): MetricLinks {
		const { type, type_params: params } = this.#metric;
		const conversion = recordOr(params.conversion_type_params);
		const cumulative = recordOr(params.cumulative_type_params);
		switch (type) {
			case "ratio":
				this.#metrics([params.numerator, params.denominator], true);
				if (params.numerator === null || params.denominator === null)
					this.#report("needs both a `numerator` and a `denominator`");
				break;
			case "derived":
				this.#metrics(listOf(params.metrics), true);
				break;
			case "conversion":
				this.#measures([conversion.base_measure, conversion.conversion_measure]);
				this.#metrics([conversion.base_metric, conversion.conversion_metric], false);
				break;
			default:
				if (isRecord(params.measure)) this.#measures([params.measure]);
				else if (isRecord(cumulative.metric)) this.#metrics([cumulative.metric], false);
				else if (isRecord(params.metric_aggregation_params)) this.#home(params.metric_aggregation_params);
				else this.#report("has neither a measure nor an aggregation");
		}
		return { depends: [...this.#depends], inputMeasures: this.#inputs };
	}

	#report(problem: string, hint?: string): void {
		const { name, entry, path } = this.#metric;
		this.#problems.push(diagnostic("TFM-PARSE-038", { node: `metric "${name}"`, problem, hint }, entry.at(path)));
	}

	#measures(inputs: readonly (Plain | undefined)[]): void {
		for (const input of inputs) {
			if (!isRecord(input)) continue;
			this.#addInput(input);
			const name = String(input.name);
			const found = this.#index.findMeasure(name, this.#metric.package_name);
			if (found !== undefined && isLive(found)) this.#depends.add(nodeId(found.unique_id));
			else if (found !== undefined)
				this.#report(
					`uses the measure "${name}" of ${found.unique_id}, which is disabled`,
					"enable it, or the metric not",
				);
			else {
				const near = this.#index.suggestMeasure(name);
				const hint = near === undefined ? undefined : `did you mean "${near}"?`;
				this.#report(`uses the measure "${name}", which no semantic model has`, hint);
			}
		}
	}

	/** Derived metrics and ratios pass on the measures of their inputs; the other kinds do not. */
	#metrics(inputs: readonly (Plain | undefined)[], passOn: boolean): void {
		const { unique_id, package_name, entry, path } = this.#metric;
		const reader = { unique_id, package_name, placeOf: () => entry.at(path) };
		for (const input of inputs) {
			if (!isRecord(input)) continue;
			const target = findMetric([String(input.name)], reader, this.#index, this.#problems);
			if (target === undefined) continue;
			const links = this.#resolve(target);
			if (passOn) for (const measure of links.inputMeasures) this.#addInput(measure);
			this.#depends.add(nodeId(target.unique_id));
		}
	}

	#home(aggregation: PlainRecord): void {
		const { package_name } = this.#metric;
		const found = this.#index.findSemanticModel(String(aggregation.semantic_model), package_name);
		if (found !== undefined) this.#depends.add(nodeId(found.unique_id));
	}

	#addInput(input: PlainRecord): void {
		if (!this.#inputs.some((known) => samePlain(known, input))) this.#inputs.push(input);
	}
}
