/**
 * Finds values in the bytes of JSON, and checks on the way that it is JSON: JSON.parse turns 1.0 into 1 and
 * 12345678901234567890 into another number, and makes objects that nobody needs. Values are told by where they stand.
 */

/** A path of keys and positions: `address.city`, `items[0].price`, `$.a["b.c"]`; undefined when it is none. */
export function parseJsonPath(path: string): readonly (string | number)[] | undefined {
	const steps: (string | number)[] = [];
	const step = /\.?([^.[\]]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]/y;
	step.lastIndex = path.startsWith("$") ? 1 : 0;
	while (step.lastIndex < path.length) {
		const found = step.exec(path);
		if (found === null) return undefined;
		if (found[2] !== undefined) steps.push(Number(found[2]));
		else steps.push(found[1] ?? (JSON.parse(`"${found[3]}"`) as string));
	}
	return steps.length === 0 ? undefined : steps;
}

interface Branch {
	/** `isPlain`: it stands in JSON as it is, between quotes. */
	readonly keys: { readonly name: string; readonly bytes: Buffer; readonly isPlain: boolean; readonly node: Branch }[];
	readonly items: Map<number, Branch>;
	/** The columns whose value stands here. */
	readonly columns: number[];
	/** Nothing below it is asked for. */
	isLeaf: boolean;
}

const branch = (): Branch => ({ keys: [], items: new Map(), columns: [], isLeaf: true });

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const CLOSE_OBJECT = 125;
const CLOSE_ARRAY = 93;
/** Deeper values are refused: the database reads JSON by calling itself. */
const DEEPEST = 1000;

/** Which bytes a string may hold as they are. */
const IN_STRING = new Uint8Array(256).fill(1);
IN_STRING.fill(0, 0, 32);
IN_STRING[QUOTE] = IN_STRING[BACKSLASH] = 0;

export class JsonScanner {
	/** Where the value of each column begins and ends; -1 where the record has none. Of two equal keys the last counts. */
	readonly starts: Int32Array;
	readonly ends: Int32Array;
	/** 1 where the value is a string with an escape in it. */
	readonly escapes: Uint8Array;
	/** Keys of the outermost object that no column has; gathered only when asked for. */
	readonly strangers: string[] = [];
	readonly #root = branch();
	readonly #gather: boolean;
	#escaped = false;
	/** Whether a string of the record has an escape. */
	anyEscape = false;
	/** Whether the record was refused for its depth alone. */
	tooDeep = false;
	/** Where the record ends, and how many brackets stand around the value at hand: arguments would be objects, for each value one. */
	#end = 0;
	#depth = 0;
	/** What closes each bracket that is open. */
	readonly #open = new Uint8Array(DEEPEST + 1);

	constructor(paths: readonly (readonly (string | number)[])[], options: { readonly gatherStrangers?: boolean } = {}) {
		this.starts = new Int32Array(paths.length);
		this.ends = new Int32Array(paths.length);
		this.escapes = new Uint8Array(paths.length);
		this.#gather = options.gatherStrangers === true;
		for (const [column, path] of paths.entries()) {
			let at = this.#root;
			for (const step of path) at = typeof step === "number" ? itemOf(at, step) : keyOf(at, step);
			at.columns.push(column);
		}
	}

	/** True when the bytes are one JSON value and blanks around it. */
	scan(b: Buffer, start: number, end: number): boolean {
		for (let column = 0; column < this.starts.length; column++) this.starts[column] = -1;
		if (this.#gather) this.strangers.length = 0;
		this.anyEscape = this.tooDeep = false;
		this.#end = end;
		this.#depth = 0;
		const from = blank(b, start, end);
		const stop = this.#value(b, from, this.#root);
		return stop !== -1 && blank(b, stop, end) === end;
	}

	/** The end of the value that begins at `at`, or -1. */
	#value(b: Buffer, at: number, node: Branch): number {
		const first = at < this.#end ? b[at] : 0;
		let stop: number;
		this.#escaped = false;
		if (first === QUOTE) stop = this.#string(b, at, this.#end);
		else if (node.isLeaf && first !== 123 && first !== 91) stop = at < this.#end ? scalarEnd(b, at, this.#end) : -1;
		else if (first === 123 && (node.keys.length > 0 || (this.#gather && this.#depth === 0)))
			stop = this.#object(b, at, node);
		else if (first === 91 && node.items.size > 0) stop = this.#array(b, at, node);
		else stop = this.#skip(b, at);
		if (stop === -1) return -1;
		const { columns } = node;
		for (let i = 0; i < columns.length; i++) {
			const column = columns[i]!;
			this.starts[column] = at;
			this.ends[column] = stop;
			this.escapes[column] = first === QUOTE && this.#escaped ? 1 : 0;
		}
		return stop;
	}

	#object(b: Buffer, open: number, node: Branch): number {
		const end = this.#end;
		const depth = this.#depth;
		this.#depth++;
		let at = blank(b, open + 1, end);
		if (at < end && b[at] === CLOSE_OBJECT) at++;
		else
			for (let turn = 0; ; turn++) {
				// Records mostly have their keys in the same order: the one that is due is compared before any is looked for.
				const due = node.keys[turn];
				let inner: Branch | undefined;
				let closed: number;
				if (due?.isPlain === true && isKey(b, at, end, due.bytes)) {
					closed = at + due.bytes.length + 2;
					inner = due.node;
				} else {
					this.#escaped = false;
					closed = this.#string(b, at, end);
					if (closed === -1) return -1;
					inner = this.#escaped
						? this.#escapedMember(b, at, closed, node)
						: member(b, at + 1, closed - 1, node.keys, turn);
				}
				if (inner === undefined && this.#gather && depth === 0) this.strangers.push(this.#keyText(b, at, closed));
				at = blank(b, closed, end);
				if (at >= end || b[at] !== COLON) return -1;
				at = blank(b, at + 1, end);
				if (inner === undefined) at = this.#skip(b, at);
				else {
					if (!inner.isLeaf) this.#forget(inner);
					at = this.#value(b, at, inner);
				}
				if (at === -1) return -1;
				at = blank(b, at, end);
				if (at >= end) return -1;
				const c = b[at++];
				if (c === CLOSE_OBJECT) break;
				if (c !== COMMA) return -1;
				at = blank(b, at, end);
			}
		this.#depth = depth;
		return at;
	}

	#array(b: Buffer, open: number, node: Branch): number {
		const end = this.#end;
		const depth = this.#depth;
		this.#depth++;
		let at = blank(b, open + 1, end);
		if (at < end && b[at] === CLOSE_ARRAY) at++;
		else
			for (let item = 0; ; item++) {
				const inner = node.items.get(item);
				at = inner === undefined ? this.#skip(b, at) : this.#value(b, at, inner);
				if (at === -1) return -1;
				at = blank(b, at, end);
				if (at >= end) return -1;
				const c = b[at++];
				if (c === CLOSE_ARRAY) break;
				if (c !== COMMA) return -1;
				at = blank(b, at, end);
			}
		this.#depth = depth;
		return at;
	}

	#escapedMember(b: Buffer, start: number, end: number, node: Branch): Branch | undefined {
		const name = this.#keyText(b, start, end);
		return node.keys.find((key) => key.name === name)?.node;
	}

	#keyText(b: Buffer, start: number, end: number): string {
		return this.#escaped
			? (JSON.parse(b.toString("utf8", start, end)) as string)
			: b.toString("utf8", start + 1, end - 1);
	}

	/** A key that stands there again: what was found below it counts no more. */
	#forget(node: Branch): void {
		for (const column of node.columns) this.starts[column] = -1;
		for (const key of node.keys) this.#forget(key.node);
		for (const item of node.items.values()) this.#forget(item);
	}

	/** The end of any value, or -1. Does not call itself: depth may be the mistake. */
	#skip(b: Buffer, start: number): number {
		const end = this.#end;
		const depth = this.#depth;
		const open = this.#open;
		let height = 0;
		let at = start;
		for (;;) {
			if (at >= end) return -1;
			const c = b[at]!;
			if (c === 123 || c === 91) {
				if (height + depth >= DEEPEST) {
					this.tooDeep = true;
					return -1;
				}
				const close = c + 2;
				at = blank(b, at + 1, end);
				if (at < end && b[at] === close) at++;
				else {
					open[height++] = close;
					if (close === CLOSE_OBJECT) at = this.#key(b, at, end);
					if (at === -1) return -1;
					continue;
				}
			} else at = c === QUOTE ? this.#string(b, at, end) : scalarEnd(b, at, end);
			for (;;) {
				if (at === -1 || height === 0) return at;
				at = blank(b, at, end);
				if (at >= end) return -1;
				const close = open[height - 1]!;
				if (b[at] === close) {
					height--;
					at++;
					continue;
				}
				if (b[at] !== COMMA) return -1;
				at = blank(b, at + 1, end);
				if (close === CLOSE_OBJECT) at = this.#key(b, at, end);
				if (at === -1) return -1;
				break;
			}
		}
	}

	/** Past a key and its colon, or -1. */
	#key(b: Buffer, start: number, end: number): number {
		const closed = this.#string(b, start, end);
		if (closed === -1) return -1;
		const at = blank(b, closed, end);
		return at < end && b[at] === COLON ? blank(b, at + 1, end) : -1;
	}

	/** Past the string that opens here, or -1. */
	#string(b: Buffer, open: number, end: number): number {
		if (open >= end || b[open] !== QUOTE) return -1;
		for (let at = open + 1; at < end; ) {
			const c = b[at]!;
			if (IN_STRING[c] === 1) {
				at++;
				continue;
			}
			if (c === QUOTE) return at + 1;
			if (c !== BACKSLASH) return -1;
			this.#escaped = this.anyEscape = true;
			const next = b[at + 1]!;
			if (next === 117) {
				for (let i = at + 2; i < at + 6; i++) if (i >= end || !isHex(b[i]!)) return -1;
				at += 6;
			} else if (ESCAPED.includes(next)) at += 2;
			else return -1;
		}
		return -1;
	}
}

/** " \\ / b f n r t */
const ESCAPED: readonly number[] = [34, 92, 47, 98, 102, 110, 114, 116];
const isHex = (c: number): boolean => (c >= 48 && c <= 57) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70);
const isDigit = (c: number | undefined): boolean => c !== undefined && c >= 48 && c <= 57;

function blank(b: Buffer, start: number, end: number): number {
	let at = start;
	while (at < end && (b[at] === 32 || b[at] === 9 || b[at] === 10 || b[at] === 13)) at++;
	return at;
}

/** Past a number, true, false or null; -1 for anything else. */
function scalarEnd(b: Buffer, start: number, end: number): number {
	const c = b[start]!;
	if (c === 116) return word(b, start, end, "true");
	if (c === 102) return word(b, start, end, "false");
	if (c === 110) return word(b, start, end, "null");
	let at = c === 45 ? start + 1 : start;
	if (at >= end || !isDigit(b[at])) return -1;
	if (b[at] === 48) at++;
	else while (at < end && isDigit(b[at])) at++;
	if (at < end && b[at] === 46) {
		const point = at++;
		while (at < end && isDigit(b[at])) at++;
		if (at === point + 1) return -1;
	}
	if (at < end && (b[at] === 101 || b[at] === 69)) {
		at++;
		if (at < end && (b[at] === 43 || b[at] === 45)) at++;
		const first = at;
		while (at < end && isDigit(b[at])) at++;
		if (at === first) return -1;
	}
	return at;
}

function word(b: Buffer, start: number, end: number, text: string): number {
	const stop = start + text.length;
	if (stop > end) return -1;
	for (let i = 0; i < text.length; i++) if (b[start + i] !== text.charCodeAt(i)) return -1;
	return stop;
}

/** Whether `"key"` stands here. */
function isKey(b: Buffer, at: number, end: number, key: Buffer): boolean {
	const close = at + key.length + 1;
	if (close >= end || b[at] !== QUOTE || b[close] !== QUOTE) return false;
	for (let i = 0; i < key.length; i++) if (b[at + 1 + i] !== key[i]) return false;
	return true;
}

function sameBytes(b: Buffer, start: number, end: number, wanted: Buffer): boolean {
	if (end - start !== wanted.length) return false;
	for (let i = 0; i < wanted.length; i++) if (b[start + i] !== wanted[i]) return false;
	return true;
}

/** The branch of a key. Records mostly have their keys in the same order, so the one at that place is tried first. */
function member(b: Buffer, start: number, end: number, keys: Branch["keys"], turn: number): Branch | undefined {
	for (let i = 0; i < keys.length; i++) {
		const key = keys[(turn + i) % keys.length]!;
		if (sameBytes(b, start, end, key.bytes)) return key.node;
	}
	return undefined;
}

function keyOf(node: Branch, name: string): Branch {
	const known = node.keys.find((key) => key.name === name);
	if (known !== undefined) return known.node;
	const inner = branch();
	const bytes = Buffer.from(name);
	node.isLeaf = false;
	node.keys.push({ name, bytes, isPlain: bytes.every((byte) => IN_STRING[byte] === 1), node: inner });
	return inner;
}

function itemOf(node: Branch, item: number): Branch {
	const known = node.items.get(item);
	if (known !== undefined) return known;
	const inner = branch();
	node.isLeaf = false;
	node.items.set(item, inner);
	return inner;
}
