/** `metric('name')`: a metric of the semantic layer. Its text is its name; the fields are those of the manifest. */
import { fail } from "../../core/diagnostic.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { MetricNode } from "../../core/node.ts";
import { fromPlain, HostFunction, HostObject, PyDict, type Value } from "../../jinja/jinja.ts";
import { nodeFields } from "./nodeView.ts";

const USAGE = "metric('name') or metric('package', 'name')";

/** metric(): one or two names. */
export const metricFunction = (resolve: (names: readonly string[]) => Value): HostFunction =>
	new HostFunction("metric", ({ positional }) => {
		const names = positional.filter((name): name is string => typeof name === "string");
		if (names.length !== positional.length || names.length < 1 || names.length > 2)
			return fail("TFM-REF-006", { callee: "metric()", problem: "takes one or two names", usage: USAGE });
		return resolve(names);
	});

export const metricText = (names: readonly string[]): string =>
	`metric(${names.map((name) => `'${name}'`).join(", ")})`;

/** While the project is read a metric has its names only. */
export class MetricName extends HostObject {
	readonly typeName: string = "MetricReference";
	readonly #names: readonly string[];

	constructor(names: readonly string[]) {
		super();
		this.#names = names;
	}

	override attribute(name: string): Value {
		if (name === "metric_name") return this.#names.at(-1);
		return name === "package_name" ? (this.#names.length > 1 ? this.#names[0] : null) : undefined;
	}

	override toText(): string {
		return this.#names.at(-1) ?? "";
	}
}

const isDerived = ({ type }: MetricNode): boolean => type === "derived" || type === "ratio";

export class ResolvedMetric extends MetricName {
	override readonly typeName = "ResolvedMetricReference";
	readonly #node: MetricNode;
	readonly #manifest: Manifest;
	readonly #startedAt: Date;

	constructor(node: MetricNode, manifest: Manifest, startedAt: Date) {
		super([node.package_name, node.name]);
		this.#node = node;
		this.#manifest = manifest;
		this.#startedAt = startedAt;
	}

	override attribute(name: string): Value {
		switch (name) {
			case "full_metric_dependency":
				return this.#names(name, () => true);
			case "base_metric_dependency":
				return this.#names(name, (metric) => !isDerived(metric));
			case "derived_metric_dependency":
				return this.#names(name, isDerived);
			case "derived_metric_dependency_depth":
				return new HostFunction(name, () => this.#depths(this.#node, 1));
			default: {
				const fields = nodeFields(this.#node, this.#startedAt);
				return Object.hasOwn(fields, name) ? fromPlain(fields[name]) : super.attribute(name);
			}
		}
	}

	/** The metric and all that it is made of, each once. */
	#names(name: string, fits: (metric: MetricNode) => boolean): HostFunction {
		return new HostFunction(name, () => {
			const found = new Set([this.#node]);
			for (const metric of found) for (const input of this.#inputs(metric)) found.add(input);
			return [...found].filter(fits).map((metric) => metric.name);
		});
	}

	#depths(metric: MetricNode, depth: number): PyDict[] {
		if (!isDerived(metric)) return [];
		const below = this.#inputs(metric).flatMap((input) => this.#depths(input, depth + 1));
		return [PyDict.from({ [metric.name]: depth }), ...below];
	}

	#inputs(metric: MetricNode): readonly MetricNode[] {
		return metric.depends_on.nodes.flatMap((id) => this.#manifest.metrics.get(id) ?? []);
	}
}
