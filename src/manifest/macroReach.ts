import type { MacroNode } from "../core/node.ts";

/** What macros can come to call, by what is written in them. */
export class MacroReach {
	readonly #macros: readonly MacroNode[];
	readonly #known = new Map<string, ReadonlySet<string>>();
	#calls: ReadonlyMap<string, readonly string[]> | null = null;

	constructor(macros: readonly MacroNode[]) {
		this.#macros = macros;
	}

	/** These macros, and all that they lead to. */
	from(ids: readonly string[]): ReadonlySet<string> {
		const key = ids.join("\0");
		let reached = this.#known.get(key);
		if (reached === undefined) this.#known.set(key, (reached = this.#gather(ids)));
		return reached;
	}

	#gather(ids: readonly string[]): ReadonlySet<string> {
		this.#calls ??= new Map(this.#macros.map((macro) => [macro.unique_id, macro.depends_on?.macros ?? []]));
		const reached = new Set(ids);
		for (const id of reached) for (const called of this.#calls.get(id) ?? []) reached.add(called);
		return reached;
	}
}
