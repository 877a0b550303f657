import { fail } from "../core/diagnostic.ts";
import type { ExecutableNode, NodeId } from "../core/node.ts";
import type { Cte } from "./injectCtes.ts";

export interface InlinedModel extends Cte {
	readonly id: NodeId;
}

/** The ephemeral models of one query, each once, in an order in which each follows what it reads. */
export class EphemeralModels {
	readonly #done: InlinedModel[] = [];
	readonly #seen = new Set<NodeId>();
	readonly #owners = new Map<string, NodeId>();
	/** The models under way, outermost first. */
	readonly #open: NodeId[] = [];

	/** Renders `node` unless it was before. Errors: REF-015 two models of one name. */
	include(node: ExecutableNode, name: string, render: () => string): void {
		const id = node.unique_id;
		// The graph has no cycle by now, so a circle is a fault of tfm's own.
		if (this.#open.includes(id)) throw new Error(`${id} is part of itself: ${this.#open.join(" → ")}`);
		if (this.#seen.has(id)) return;
		const owner = this.#owners.get(name);
		if (owner !== undefined) fail("TFM-REF-015", { identifier: node.alias, first: owner, second: id });
		this.#seen.add(id);
		this.#owners.set(name, id);
		this.#open.push(id);
		const sql = render();
		this.#open.pop();
		this.#done.push({ id, name, sql });
	}

	get models(): readonly InlinedModel[] {
		return this.#done;
	}
}
