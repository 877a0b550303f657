/** The `loop` variable. */
import { fail } from "../core/diagnostic.ts";
import { equals } from "./equality.ts";
import type { Resumable } from "./replay.ts";
import { runThrough } from "./resumable.ts";
import { type Arguments, HostFunction, HostObject, type Value } from "./values.ts";

export class Loop extends HostObject {
	readonly typeName = "LoopContext";
	/** Set by the generated code at every turn. */
	index0 = 0;
	readonly #items: readonly Value[];
	readonly #depth0: number;
	readonly #again: ((items: Value, depth: number) => string) | null;
	#last: readonly Value[] | null = null;

	/** `again` renders the loop for other items: what `loop(children)` does in a recursive loop. */
	constructor(items: readonly Value[], depth0: number, again: ((items: Value, depth: number) => string) | null) {
		super();
		this.#items = items;
		this.#depth0 = depth0;
		this.#again = again;
	}

	override attribute(name: string): Value {
		const { index0 } = this;
		const count = this.#items.length;
		switch (name) {
			case "index":
				return index0 + 1;
			case "index0":
				return index0;
			case "first":
				return index0 === 0;
			case "last":
				return index0 === count - 1;
			case "length":
				return count;
			case "revindex":
				return count - index0;
			case "revindex0":
				return count - index0 - 1;
			case "depth":
				return this.#depth0 + 1;
			case "depth0":
				return this.#depth0;
			case "previtem":
				return index0 === 0 ? undefined : this.#items[index0 - 1];
			case "nextitem":
				return this.#items[index0 + 1];
			case "cycle":
				return new HostFunction("cycle", ({ positional }) => {
					if (positional.length === 0) fail("TFM-JINJA-012", { problem: "no items for cycling given" });
					return positional[this.index0 % positional.length];
				});
			case "changed":
				return new HostFunction("changed", ({ positional }) => this.#changed(positional));
		}
		return undefined;
	}

	#changed(values: readonly Value[]): boolean {
		const last = this.#last;
		if (last !== null && equals([...last], [...values])) return false;
		this.#last = values;
		return true;
	}

	override length(): number {
		return this.#items.length;
	}

	override call(args: Arguments): Value {
		if (this.#again === null)
			return fail("TFM-JINJA-012", { problem: "The loop must have the 'recursive' marker to be called recursively." });
		return this.#again(args.positional[0], this.#depth0 + 1);
	}

	override toText(): string {
		return `<LoopContext ${this.index0 + 1}/${this.#items.length}>`;
	}
}

/** The `loop` of a resumable template. */
export class ResumableLoop extends Loop {
	readonly #again: ((items: Value, depth: number) => Resumable<string>) | null;

	constructor(
		items: readonly Value[],
		depth0: number,
		again: ((items: Value, depth: number) => Resumable<string>) | null,
	) {
		super(items, depth0, again === null ? null : (inner, depth) => runThrough(again(inner, depth)));
		this.#again = again;
	}

	override *resumable(args: Arguments): Resumable<Value> {
		return this.#again === null
			? this.call(args)
			: yield* this.#again(args.positional[0], this.attribute("depth") as number);
	}
}
