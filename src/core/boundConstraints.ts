import type { ColumnSpec, ModelNode, Plain } from "./node.ts";
import { type ReferenceCall, readCall } from "./referenceText.ts";

type Render = (call: ReferenceCall) => string;

/** A constraint whose `to` is a call; anything else undefined. */
function targetOf(constraint: Plain): ReferenceCall | undefined {
	if (typeof constraint !== "object" || constraint === null || Array.isArray(constraint)) return undefined;
	const { type, to } = constraint as { readonly [key: string]: Plain };
	return type === "foreign_key" && typeof to === "string" ? readCall(to) : undefined;
}

function bound(constraints: readonly Plain[], render: Render): readonly Plain[] {
	return constraints.map((constraint) => {
		const call = targetOf(constraint);
		return call === undefined ? constraint : { ...(constraint as object), to: render(call) };
	});
}

const refers = (constraints: readonly Plain[]): boolean => constraints.some((c) => targetOf(c) !== undefined);

/**
 * `constraints` and `columns` of a model with the foreign keys' `to: ref('x')` as the relations that they mean in this
 * run (dbt writes them into the compiled node); empty where the model has none.
 */
export function boundConstraints(
	node: ModelNode,
	render: Render,
): { readonly constraints?: readonly Plain[]; readonly columns?: { readonly [name: string]: ColumnSpec } } {
	const columns = Object.values(node.columns).some((column) => refers(column.constraints));
	return {
		...(refers(node.constraints) ? { constraints: bound(node.constraints, render) } : {}),
		...(columns
			? {
					columns: Object.fromEntries(
						Object.entries(node.columns).map(([name, column]) => [
							name,
							{ ...column, constraints: bound(column.constraints, render) },
						]),
					),
				}
			: {}),
	};
}
