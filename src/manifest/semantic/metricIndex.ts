/** Which metric a name means, and which semantic model has a measure. dbt's order: root project, own package, anybody. */
import { suggestName } from "../../core/suggestName.ts";
import type { Lookup } from "../nodeIndex.ts";
import type { MetricDraft } from "./metricDrafts.ts";
import { isLive } from "./semanticDraft.ts";
import type { SemanticModelDraft } from "./semanticModelDrafts.ts";

interface Named {
	readonly package_name: string;
}

function grouped<T>(items: readonly T[], names: (item: T) => readonly string[]): ReadonlyMap<string, readonly T[]> {
	const map = new Map<string, T[]>();
	for (const item of items)
		for (const name of names(item)) {
			const list = map.get(name);
			if (list === undefined) map.set(name, [item]);
			else list.push(item);
		}
	return map;
}

export class MetricIndex {
	readonly #rootPackage: string;
	readonly #metrics: ReadonlyMap<string, readonly MetricDraft[]>;
	readonly #measures: ReadonlyMap<string, readonly SemanticModelDraft[]>;
	readonly #models: readonly SemanticModelDraft[];

	constructor(metrics: readonly MetricDraft[], models: readonly SemanticModelDraft[], rootPackage: string) {
		this.#rootPackage = rootPackage;
		this.#metrics = grouped(metrics, ({ name }) => [name]);
		this.#measures = grouped(models, ({ measures }) => measures.map(({ fields }) => String(fields.name)));
		this.#models = models;
	}

	/** One or two names, as metric() takes them. */
	findMetric(names: readonly string[], fromPackage: string): Lookup<MetricDraft> {
		const [name = "", wanted] = [...names].reverse();
		const all = this.#metrics.get(name) ?? [];
		const target = this.#first(all.filter(isLive), wanted, fromPackage);
		if (target !== undefined) return { kind: "found", target };
		const off = this.#first(all, wanted, fromPackage);
		return off === undefined ? { kind: "missing" } : { kind: "disabled", target: off };
	}

	/** The semantic model that has the measure, an enabled one first. */
	findMeasure(name: string, fromPackage: string): SemanticModelDraft | undefined {
		const all = this.#measures.get(name) ?? [];
		return this.#first(all.filter(isLive), undefined, fromPackage) ?? all[0];
	}

	findSemanticModel(name: string, fromPackage: string): SemanticModelDraft | undefined {
		const alike = this.#models.filter((model) => model.name === name);
		return this.#first(alike, undefined, fromPackage);
	}

	suggestMetric(name: string): string | undefined {
		return suggestName(name, this.#metrics.keys());
	}

	suggestMeasure(name: string): string | undefined {
		return suggestName(name, this.#measures.keys());
	}

	#first<T extends Named>(items: readonly T[], wanted: string | undefined, fromPackage: string): T | undefined {
		const of = (owner: string): T | undefined => items.find((item) => item.package_name === owner);
		return wanted !== undefined ? of(wanted) : (of(this.#rootPackage) ?? of(fromPackage) ?? items[0]);
	}
}
