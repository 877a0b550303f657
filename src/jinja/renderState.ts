/** What one render carries: how Undefined behaves and how much looping is left. */
import { fail } from "../core/diagnostic.ts";
import type { ReplayCursor, ReplayMark } from "./replay.ts";
import type { RenderOptions } from "./scope.ts";

const DEFAULT_MAX_LOOP = 10_000_000;

export class RenderState {
	readonly chainable: boolean;
	/** Values of YAML are being rendered: as_bool and its kin mark their values. */
	readonly native: boolean;
	readonly #maxLoop: number;
	readonly #replay: ReplayCursor | undefined;
	readonly #random: () => number;
	#iterations = 0;

	constructor(options: RenderOptions, native = false) {
		this.native = native;
		this.chainable = options.undefined === "chainable";
		this.#maxLoop = options.maxLoop ?? DEFAULT_MAX_LOOP;
		this.#replay = options.replay;
		this.#random = options.random ?? Math.random;
	}

	/** Where the pass stands; undefined where nothing is replayed. */
	mark(): ReplayMark | undefined {
		return this.#replay?.mark();
	}

	rewind(mark: ReplayMark | undefined): void {
		if (mark !== undefined) this.#replay?.rewind(mark);
	}

	/** A random number from 0 up to 1. Each pass over a template draws the same ones: what it asks the database hangs on them. */
	draw(): number {
		return this.#replay === undefined ? this.#random() : this.#replay.once("random", this.#random);
	}

	/** Called at every turn of every loop, and by every macro: what calls itself twice ends long after all of us. */
	tick(): void {
		if (++this.#iterations > this.#maxLoop)
			fail("TFM-JINJA-021", { what: "the number of loop turns and macro calls", limit: this.#maxLoop });
	}
}
