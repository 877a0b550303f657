import type { ReplayCursor } from "./replay.ts";
import type { Value } from "./values.ts";

/** The names a template sees from outside. */
export interface Scope {
	/** Undefined when there is no such name. */
	get(name: string): Value;
	/** All names there are, asked only to suggest one when a name is not found. */
	names?(): Iterable<string>;
}

export interface RenderOptions {
	/**
	 * `strict` is Jinja2's default Undefined: prints nothing, errors on attribute, item and call. `chainable` gives
	 * Undefined for those, as dbt does while parsing.
	 */
	readonly undefined: "chainable" | "strict";
	/** Most iterations of all loops of one render together; the default is 10 million. */
	readonly maxLoop?: number;
	/** The pass that a resumable rendering belongs to. */
	readonly replay?: ReplayCursor;
	/** Draws a number from 0 up to 1, for the random filter. */
	readonly random?: () => number;
}
