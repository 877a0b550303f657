import type { NodeLineage } from "../../core/lineage.ts";
import type { AnalysisJob } from "../../sql/analyzeGraph.ts";
import { inlinedInputs, relationPair } from "./namedByHand.ts";

/** What has to be known of all nodes to analyse a few of them anew. No text of a model decides on it. */
export interface Surroundings {
	/** Of all relations, as stored. */
	readonly schemas: readonly string[];
	/** Some column holds personal data, or may: it is made of what is no node. */
	readonly personal: boolean;
}

/**
 * Null: a few cannot be looked at alone. Two relations have one name, or a text names relations that it does not refer
 * to: who may read whom is then decided in an order.
 */
export function surroundingsOf(
	{ declared, models }: AnalysisJob,
	lineage: { readonly [id: string]: NodeLineage },
): Surroundings | null {
	const pairs = new Set<string>();
	const schemas = new Set<string>();
	for (const model of models.values()) {
		const inlined = inlinedInputs(model, (id) => models.get(id));
		if (model.byHand?.some((id) => !inlined.has(id))) return null;
	}
	for (const { name } of [...declared.values(), ...models.values()]) {
		if (name.length < 2) continue;
		const pair = relationPair(name.at(-2)!, name.at(-1)!);
		if (pairs.has(pair)) return null;
		pairs.add(pair);
		schemas.add(name.at(-2)!);
	}
	const personal = Object.values(lineage).some(
		({ columns, unlisted_pii: unlisted }) =>
			unlisted !== undefined ||
			columns.some(
				({ pii, inherited }) => pii?.pii === true || inherited?.pii !== undefined || inherited?.unknown !== undefined,
			),
	);
	return { schemas: [...schemas].sort(), personal };
}
