/**
 * The values templates compute with. Python's distinctions that JavaScript lacks are kept where text shows them:
 * `1` is an int and `PyFloat(1)` prints `1.0`; a non-integral JavaScript number is a float; `null` is None and
 * `undefined` is Jinja's Undefined; a bigint is an int outside the safe range; an Array is a list, a PyTuple a tuple.
 * Everything else a template can touch is a HostObject, and only what that object exposes is reachable: no inherited
 * property of a JavaScript value is ever read by a name that a template chose.
 */
import { fail } from "../core/diagnostic.ts";
import type { Resumable } from "./replay.ts";

export type Value =
	| null
	| undefined
	| boolean
	| number
	| bigint
	| string
	| Value[]
	| PyTuple
	| PyDict
	| PyFloat
	| PyDecimal
	| HostObject;

/** Something a template may call. */
export type Callable = HostObject & { call(args: Arguments): Value };

/** What a call passes. `keyword` keeps the written order. */
export interface Arguments {
	readonly positional: readonly Value[];
	readonly keyword: ReadonlyMap<string, Value>;
}

export const NO_KEYWORDS: ReadonlyMap<string, Value> = new Map();
export const NO_ARGUMENTS: Arguments = Object.freeze({ positional: Object.freeze([]), keyword: NO_KEYWORDS });

/** Arguments without keywords, or with those of a record. */
export function argumentsOf(positional: readonly Value[], keyword?: Record<string, Value>): Arguments {
	return { positional, keyword: keyword === undefined ? NO_KEYWORDS : new Map(Object.entries(keyword)) };
}

/** A float whose value is integral (or NaN, infinite, negative zero): what a bare JavaScript number cannot say. */
export class PyFloat {
	readonly n: number;
	constructor(n: number) {
		this.n = n;
	}
}

/** A number from the database, kept as its exact text: `Decimal('1.50')`. */
export class PyDecimal {
	readonly text: string;
	constructor(text: string) {
		this.text = text;
	}
}

/** A tuple: an immutable sequence that prints with parentheses and is never equal to a list. */
export class PyTuple extends Array<Value> {
	static override of(...items: Value[]): PyTuple;
	static override of<T>(...items: T[]): T[] & PyTuple;
	/** The second signature is Array's own, which TypeScript wants kept. */
	static override of(...items: Value[]): PyTuple {
		return PyTuple.fromItems(items);
	}

	static fromItems(items: Iterable<Value>): PyTuple {
		const tuple = new PyTuple();
		for (const item of items) tuple.push(item);
		return tuple;
	}

	/** `slice` and its kin on a tuple give plain arrays; the operators wrap them again where Python does. */
	static override get [Symbol.species](): ArrayConstructor {
		return Array;
	}
}

/** How objects of the host take part in arithmetic: `date - timedelta`, `set | set`. */
export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

/**
 * An object of the host shown to templates. `attribute` answers `a.b` (undefined = no such attribute), `item`
 * answers `a[b]`; the optional members say which protocols the object follows. Errors are thrown as coded errors
 * without a place: the runtime adds the place that called.
 */
export abstract class HostObject {
	/** Python's type name, for messages and repr. */
	abstract readonly typeName: string;
	/** True where Python's `is mapping` holds (a Relation is one in dbt). */
	declare readonly isMapping?: boolean;

	attribute(_name: string): Value {
		return undefined;
	}

	toText(): string {
		return `<${this.typeName} object>`;
	}

	/** Of a mapping that a template may change: the dict that it becomes by that. */
	ownDict?(): PyDict;
	item?(key: Value): Value;
	setItem?(key: Value, value: Value): void;
	setAttribute?(name: string, value: Value): void;
	call?(args: Arguments): Value;
	/** As `call`, for callers that can be resumed: only what runs template code has it. */
	resumable?(args: Arguments): Resumable<Value>;
	length?(): number;
	iterate?(): Iterable<Value>;
	contains?(value: Value): boolean;
	/** What a slice of the object is taken from. */
	asSequence?(): readonly Value[];
	truth?(): boolean;
	equals?(other: Value): boolean;
	/** Equal objects give equal keys. Without it an object is its own key, unless it also has `equals`. */
	hashKey?(): string;
	/** Negative, zero or positive; undefined where Python raises TypeError. */
	compare?(other: Value): number | undefined;
	/** `reflected` is true when this object stands on the right. Undefined = not supported. */
	binary?(operator: BinaryOperator, other: Value, reflected: boolean): Value;
	/** Where repr differs from text. */
	toRepr?(): string;
	/** What `'{:spec}'.format(x)` prints. */
	format?(spec: string): string;
	/** What stands for the object in JSON and plain values; without it, its text in plain values, an error in JSON. */
	toPlainValue?(): Value;
}

/** A function of the host, or a bound method. */
export class HostFunction extends HostObject {
	readonly typeName: string = "function";
	readonly name: string;
	readonly #fn: (args: Arguments) => Value;

	constructor(name: string, fn: (args: Arguments) => Value) {
		super();
		this.name = name;
		this.#fn = fn;
	}

	override call(args: Arguments): Value {
		return this.#fn(args);
	}

	override toText(): string {
		return `<function ${this.name}>`;
	}
}

type Key = unknown;

/** A dict: insertion order, keys hashed as Python hashes them (`1`, `1.0` and `True` are one key). */
export class PyDict {
	readonly #values = new Map<Key, Value>();
	/** The key as written, where it is not its own hash key. */
	#originals: Map<Key, Value> | null = null;

	static from(record: Readonly<Record<string, Value>>): PyDict {
		const dict = new PyDict();
		for (const key of Object.keys(record)) dict.set(key, record[key]);
		return dict;
	}

	static fromEntries(entries: Iterable<readonly [Value, Value]>): PyDict {
		const dict = new PyDict();
		for (const [key, value] of entries) dict.set(key, value);
		return dict;
	}

	get size(): number {
		return this.#values.size;
	}

	get(key: Value): Value {
		return this.#values.get(hashKeyOf(key));
	}

	has(key: Value): boolean {
		return this.#values.has(hashKeyOf(key));
	}

	set(key: Value, value: Value): this {
		const hash = hashKeyOf(key);
		if (hash !== key && !this.#values.has(hash)) {
			this.#originals ??= new Map();
			this.#originals.set(hash, key);
		}
		this.#values.set(hash, value);
		return this;
	}

	delete(key: Value): boolean {
		const hash = hashKeyOf(key);
		this.#originals?.delete(hash);
		return this.#values.delete(hash);
	}

	clear(): void {
		this.#values.clear();
		this.#originals = null;
	}

	keys(): Value[] {
		const originals = this.#originals;
		const hashes = [...this.#values.keys()];
		if (originals === null) return hashes as Value[];
		return hashes.map((hash) => (originals.has(hash) ? originals.get(hash) : (hash as Value)));
	}

	values(): Value[] {
		return [...this.#values.values()];
	}

	items(): [Value, Value][] {
		const keys = this.keys();
		return this.values().map((value, i) => [keys[i], value]);
	}

	copy(): PyDict {
		return PyDict.fromEntries(this.items());
	}
}

/**
 * The Map key under which Python would look a value up. Strings stand for themselves (those that begin with NUL are
 * escaped, NUL marks the encoded kinds), numbers for their value.
 */
export function hashKeyOf(value: Value): Key {
	switch (typeof value) {
		case "string":
			return value.charCodeAt(0) === 0 ? `\0s${value}` : value;
		case "boolean":
			return Number(value);
		case "number":
		case "undefined":
		case "bigint":
			return value;
	}
	if (value === null) return null;
	if (value instanceof PyFloat) return floatKey(value.n);
	if (value instanceof PyDecimal) return decimalKey(value.text);
	if (value instanceof PyTuple) return `\0t${value.map((item) => describeKey(hashKeyOf(item))).join("")}`;
	if (Array.isArray(value)) return fail("TFM-JINJA-012", { problem: "unhashable type: 'list'" });
	if (value instanceof PyDict) return fail("TFM-JINJA-012", { problem: "unhashable type: 'dict'" });
	if (value.hashKey !== undefined) return `\0o${value.typeName}:${value.hashKey()}`;
	if (value.equals !== undefined) fail("TFM-JINJA-012", { problem: `unhashable type: '${value.typeName}'` });
	return value;
}

const floatKey = (n: number): Key => (Number.isInteger(n) && !Number.isSafeInteger(n) ? BigInt(n) : n + 0);

function decimalKey(text: string): Key {
	const n = Number(text);
	if (/^[+-]?\d+(\.0*)?$/.test(text.trim()))
		return Number.isSafeInteger(n) ? n : BigInt(text.trim().replace(/\..*$/, ""));
	// A fraction that a float holds exactly must find the float's entry; halves and quarters are the usual ones.
	return Number.isInteger(n * 1024) ? n : `\0d${text.trim().replace(/0+$/, "")}`;
}

/** Unambiguous text of a hash key inside a tuple's key: kind, length, text. */
function describeKey(key: Key): string {
	if (typeof key === "object" && key !== null) fail("TFM-JINJA-012", { problem: "unhashable object in a tuple" });
	const text = String(key);
	return `${typeof key}${text.length}:${text};`;
}

/** A float result as a value. */
export const floatValue = (n: number): Value => (Number.isInteger(n) || !Number.isFinite(n) ? new PyFloat(n) : n);

/** An int result as a value: a number where it is exact, a bigint where it is not. */
export const intValue = (n: bigint): number | bigint =>
	n >= -9007199254740991n && n <= 9007199254740991n ? Number(n) : n;

export const isList = (value: Value): value is Value[] => Array.isArray(value) && !(value instanceof PyTuple);

/** Python's name of a value's type. */
export function typeName(value: Value): string {
	switch (typeof value) {
		case "string":
			return "str";
		case "boolean":
			return "bool";
		case "number":
			return Number.isInteger(value) ? "int" : "float";
		case "bigint":
			return "int";
		case "undefined":
			return "Undefined";
	}
	if (value === null) return "NoneType";
	if (value instanceof PyTuple) return "tuple";
	if (Array.isArray(value)) return "list";
	if (value instanceof PyDict) return "dict";
	if (value instanceof PyFloat) return "float";
	if (value instanceof PyDecimal) return "decimal.Decimal";
	return value.typeName;
}
