/**
 * `graph` is one dict of a command: what a template puts into it, later ones find (dbt). A template may be rendered
 * several times, and others finish in between, so that each works like a transaction: all its passes see the graph as
 * the first of them found it, and what the last one changed is kept when it ends, also where it ends in an error. Of
 * two that overlap, both keep what they changed, entry by entry; of an entry that both changed the later one's is
 * kept, but lists that both only grew hold what either added.
 */
import { fail } from "../core/diagnostic.ts";
import { equals, PyDict, PySet, PyTuple, type ReplayCursor, type Value } from "../jinja/jinja.ts";
import { LazyMapping, type Settle } from "./objects/lazyMapping.ts";
import { type MappingData, mappingDataOf } from "./objects/mappingData.ts";
import { StoredMapping } from "./objects/storedMapping.ts";

interface Pass {
	readonly found: MappingData;
	readonly view: LazyMapping;
}

export class SharedGraph {
	#data: MappingData;
	readonly #passes = new WeakMap<ReplayCursor, Pass>();
	#asked = false;

	constructor(data: MappingData) {
		this.#data = data;
	}

	/** Whether any template looked at it: what it gave may then hang on any other node. */
	get asked(): boolean {
		return this.#asked;
	}

	/** `graph` in this pass, of all its templates. */
	view(cursor: ReplayCursor): LazyMapping {
		this.#asked = true;
		const known = this.#passes.get(cursor);
		if (known !== undefined) return known.view;
		const found = cursor.once("graph", () => this.#data);
		const view = new LazyMapping(found);
		this.#passes.set(cursor, { found, view });
		return view;
	}

	/** Takes what a pass changed; to be called when it ended, but not where it is to be repeated. */
	keep(cursor: ReplayCursor): void {
		const pass = this.#passes.get(cursor);
		if (pass === undefined) return;
		this.#passes.delete(cursor);
		const mine = settler()(pass.view, pass.found);
		if (mine !== pass.found) this.#data = merged(pass.found, mine, this.#data) as MappingData;
	}
}

/** What values of a finished pass have become; what they are views of, where nothing was changed. */
function settler(): Settle {
	const under: unknown[] = [];
	const settle = (value: Value, data: unknown): unknown => {
		if (value instanceof PySet) return data instanceof PySet && equals(value, data) ? data : value;
		if (!(value instanceof LazyMapping || value instanceof PyDict || Array.isArray(value))) return value;
		if (under.includes(value)) return fail("TFM-JINJA-028", { problem: "what a template put into graph holds itself" });
		under.push(value);
		const settled = inside(value, data);
		under.pop();
		return settled;
	};
	const inside = (value: LazyMapping | PyDict | Value[], data: unknown): unknown => {
		if (value instanceof LazyMapping) return value.settled(settle);
		if (value instanceof PyDict)
			return StoredMapping.from(value.items().map(([key, item]) => [key, settle(item, undefined)] as const));
		const before: readonly unknown[] = Array.isArray(data) ? data : [];
		const items = value.map((item, i) => settle(item, before[i]));
		if (Array.isArray(data) && sameItems(items, data)) return data;
		return value instanceof PyTuple ? PyTuple.fromItems(items as Value[]) : items;
	};
	return settle;
}

const sameItems = (a: readonly unknown[], b: readonly unknown[]): boolean =>
	a.length === b.length && a.every((item, i) => item === b[i]);

/** `mine`, which was made of `found`, together with what others have made of it since: `theirs`. */
function merged(found: unknown, mine: unknown, theirs: unknown): unknown {
	if (theirs === found || mine === theirs) return mine;
	if (mine === found) return theirs;
	if (Array.isArray(mine) && Array.isArray(theirs)) {
		const before: readonly unknown[] = Array.isArray(found) ? found : [];
		const grew = (list: readonly unknown[]) => sameItems(list.slice(0, before.length), before);
		return grew(mine) && grew(theirs) ? [...theirs, ...mine.slice(before.length)] : mine;
	}
	const own = mappingDataOf(mine);
	const other = mappingDataOf(theirs);
	if (own === null || other === null) return mine;
	const before = mappingDataOf(found);
	const taken = own.keys().flatMap((key) => {
		const was = before?.read(key);
		const now = own.read(key);
		return now === was ? [] : [[key, merged(was, now, other.read(key) ?? was)] as const];
	});
	const gone = before?.keys().filter((key) => own.read(key) === undefined) ?? [];
	return StoredMapping.of(other).with(taken).without(gone);
}
