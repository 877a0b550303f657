import type { SessionOptions } from "../core/adapter.ts";
import { layerNamed, type Run } from "./run.ts";

interface Asking {
	readonly layer: string | null;
	/** `snowflake_warehouse` of the node itself, as in dbt-snowflake, comes before its layer's. */
	readonly config?: Readonly<Record<string, unknown>>;
}

/** The warehouse that a session works in: the node's, else its layer's; neither: the profile's. */
export function sessionOf(run: Run, { layer, config = {} }: Asking): SessionOptions {
	const own = config.snowflake_warehouse;
	const warehouse = typeof own === "string" && own !== "" ? own : layerNamed(run, layer)?.warehouse;
	return warehouse == null ? {} : { warehouse };
}

/** Of what is published at once: where all would work in one warehouse, in that; else in that of the layer. */
export function sessionOfAll(run: Run, layer: string | null, nodes: readonly Asking[]): SessionOptions {
	const asked = nodes.map((node) => sessionOf(run, node));
	const [first] = asked;
	return first !== undefined && asked.every(({ warehouse }) => warehouse === first.warehouse)
		? first
		: sessionOf(run, { layer });
}
