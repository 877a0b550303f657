import { getHeapStatistics } from "node:v8";
import { fail } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { NodeId } from "../core/node.ts";

/** Characters that the compiled texts of one command may hold together, on a machine with memory for it. */
const MOST = 200_000_000;

/**
 * How long the compiled texts of a command are together. Results and artifacts keep each of them to the end, and a
 * document that holds each twice must fit into one text (V8's are of half a billion characters), so that texts which are each of an allowed length can end the process together.
 */
export class CompiledTexts {
	readonly #lengths = new Map<NodeId, number>();
	readonly #most: number;
	#total = 0;

	constructor(most = Math.min(MOST, Math.floor(getHeapStatistics().heap_size_limit / 8))) {
		this.#most = most;
	}

	/** Counts a node's text; one that is compiled again counts once. Throws TfmError where all together are too long. */
	add(node: { readonly unique_id: NodeId; readonly location?: Location }, text: string): void {
		const total = this.#total - (this.#lengths.get(node.unique_id) ?? 0) + text.length;
		if (total > this.#most) {
			const what = `the SQL of the nodes compiled so far, with ${text.length} characters of this one,`;
			fail("TFM-JINJA-021", { what, limit: this.#most }, { at: node.location });
		}
		this.#total = total;
		this.#lengths.set(node.unique_id, text.length);
	}
}
