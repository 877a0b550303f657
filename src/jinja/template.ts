/** Templates: compiled on first render, rendered any number of times. */
import { Origin, type TemplateSource } from "./origin.ts";
import type { Value } from "./values.ts";

export type { TemplateSource };

/** The names a template sees from outside. */
export interface Scope {
	/** Undefined when there is no such name. */
	get(name: string): Value;
}

export interface RenderOptions {
	/**
	 * `strict` is Jinja2's default Undefined: prints nothing, errors on attribute, item and call. `chainable` gives
	 * Undefined for those, as dbt does while parsing.
	 */
	readonly undefined: "chainable" | "strict";
	/** Most iterations of all loops of one render together; the default is 10 million. */
	readonly maxLoop?: number;
}

export interface Template {
	readonly source: TemplateSource;
	render(scope: Scope, options: RenderOptions): string;
	/** dbt's native rendering of YAML values: a lone expression keeps its type. */
	renderNative(scope: Scope, options: RenderOptions): Value;
}

export function compileTemplate(source: TemplateSource): Template {
	const origin = new Origin(source);
	const unbuilt = (): never => {
		throw new Error(`rendering of ${origin.file} is not built yet`);
	};
	return Object.freeze({ source, render: unbuilt, renderNative: unbuilt });
}
