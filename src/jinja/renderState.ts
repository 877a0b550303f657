/** What one render carries: how Undefined behaves, how much looping is left, and how much may still be made. */
import { getHeapStatistics } from "node:v8";
import { fail } from "../core/diagnostic.ts";
import { sayStillRendering } from "../core/longRendering.ts";
import type { ReplayCursor, ReplayMark } from "./replay.ts";
import type { RenderOptions } from "./scope.ts";
import type { Value } from "./values.ts";

const DEFAULT_MAX_LOOP = 10_000_000;

/**
 * Characters of all texts that built-in methods, filters and functions give in one render together; an item of a list
 * counts as eight. Each text and list has its limit; a loop could still make them without end.
 */
const MOST_MADE = 2_000_000_000;
/** What an entry written into a dict counts, also as a part of a copy; by how much more where its key is a new one. */
const ENTRY = 100;
const NEW_KEY = 900;
/** What an item counts that is put into a list which is there. */
const ITEM = 100;
/** The heap is looked at each time so much was made. */
const LOOK_EVERY = 2 ** 22;
/**
 * A render that leaves less of the heap than this part is ended: the engine would end the process, without a word. Above
 * four fifths of what it lets old values have, it does so when it has collected garbage a few times for little.
 */
const HEAP_LEFT = 0.25;
/** Long texts lie apart with room between them: where nearly all of the heap is taken so, less of it holds values. */
const NEARLY_TAKEN = 0.97;
const LEFT_WHEN_TAKEN = 0.3;
/** Loop turns between two words that this render still goes on. */
const TURNS = 2 ** 12;

export class RenderState {
	readonly chainable: boolean;
	/** Values of YAML are being rendered: as_bool and its kin mark their values. */
	readonly native: boolean;
	readonly #maxLoop: number;
	readonly #replay: ReplayCursor | undefined;
	readonly #random: () => number;
	#iterations = 0;
	#made = 0;
	#lookAt = LOOK_EVERY;

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
		if (this.#iterations % TURNS === 0) sayStillRendering();
	}

	/** Counts what a built-in gave, and hands it on. */
	made(value: Value): Value {
		if (typeof value === "string") this.#made += value.length;
		else if (Array.isArray(value)) this.#made += 8 * value.length;
		if (this.#made > this.#lookAt) this.#look();
		return value;
	}

	/** Counts the entries that a dict was given, and those by which one that is there has grown. */
	wrote(entries: number, grown = 0): void {
		this.#made += ENTRY * entries + NEW_KEY * grown;
		if (this.#made > this.#lookAt) this.#look();
	}

	/** Counts the items that a list was given. */
	put(items: number): void {
		this.#made += ITEM * items;
		if (this.#made > this.#lookAt) this.#look();
	}

	/** The same for a product or a sum: of texts it is made when it is used. */
	combined(value: Value): Value {
		return Array.isArray(value) ? this.made(value) : value;
	}

	#look(): void {
		this.#lookAt = this.#made + LOOK_EVERY;
		if (this.#made > MOST_MADE) fail("TFM-JINJA-021", { what: "all that this template makes", limit: MOST_MADE });
		const { used_heap_size: used, total_heap_size: taken, heap_size_limit: most } = getHeapStatistics();
		const left = taken > most * NEARLY_TAKEN ? LEFT_WHEN_TAKEN : HEAP_LEFT;
		if (used > most * (1 - left)) fail("TFM-JINJA-021", { what: "what this template holds in memory" });
		sayStillRendering();
	}
}
