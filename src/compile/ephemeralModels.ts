import { EphemeralModelError, fail, TfmError } from "../core/diagnostic.ts";
import type { ExecutableNode, NodeId } from "../core/node.ts";
import type { Cte } from "./injectCtes.ts";

export interface InlinedModel extends Cte {
	readonly id: NodeId;
	/** The ephemeral models that it reads itself. */
	readonly reads: readonly NodeId[];
	readonly macros: readonly string[];
}

/** The ephemeral models of one query, each once, in an order in which each follows what it reads. */
export class EphemeralModels {
	readonly #done: InlinedModel[] = [];
	readonly #seen = new Set<NodeId>();
	readonly #owners = new Map<string, NodeId>();
	/** The models under way, outermost first, with what each has read so far. */
	readonly #open: { readonly id: NodeId; readonly reads: Set<NodeId> }[] = [];

	/** Renders `node` unless it was before. Errors: REF-015 two models of one name. */
	include(node: ExecutableNode, name: string, render: (macros: Set<string>) => string): void {
		const id = node.unique_id;
		// The graph has no cycle by now, so a circle is a fault of tfm's own.
		if (this.#open.some((open) => open.id === id))
			throw new Error(`${id} is part of itself: ${this.#open.map((open) => open.id).join(" → ")}`);
		this.#open.at(-1)?.reads.add(id);
		if (this.#seen.has(id)) return;
		const owner = this.#owners.get(name);
		if (owner !== undefined) fail("TFM-REF-015", { identifier: node.alias, first: owner, second: id });
		this.#seen.add(id);
		this.#owners.set(name, id);
		const [reads, macros] = [new Set<NodeId>(), new Set<string>()];
		this.#open.push({ id, reads });
		const sql = this.#render(id, () => render(macros));
		this.#open.pop();
		this.#done.push({ id, name, sql, reads: [...reads], macros: [...macros] });
	}

	#render(id: NodeId, render: () => string): string {
		try {
			return render();
		} catch (error) {
			if (error instanceof TfmError) throw new EphemeralModelError(id, error);
			throw error;
		}
	}

	get models(): readonly InlinedModel[] {
		return this.#done;
	}
}
