/** The methods of Python's dict. */
import { fail } from "../core/diagnostic.ts";
import { type Builtin, checkItems, may, needs, positional, wrongCall } from "./builtin.ts";
import { DictView } from "./collections.ts";
import { iterate, unpack } from "./iteration.ts";
import { repr } from "./text.ts";
import { type Arguments, HostObject, PyDict, PyTuple, type Value } from "./values.ts";

/** Entries of a mapping, or of an iterable of pairs: what dict() and update() accept. */
export function entriesOf(source: Value): [Value, Value][] {
	if (source instanceof PyDict) return source.items();
	if (
		source instanceof HostObject &&
		source.isMapping === true &&
		source.item !== undefined &&
		source.iterate !== undefined
	)
		return Array.from(source.iterate(), (key): [Value, Value] => [key, source.item?.(key)]);
	return Array.from(iterate(source), (pair): [Value, Value] => {
		const [key, value] = unpack(pair, 2);
		return [key, value];
	});
}

/** update(), and the body of dict(): a source at most, then keywords. How many entries were written. */
export function updateDict(dict: PyDict, name: string, args: Arguments): number {
	if (args.positional.length > 1) wrongCall(name, `expected at most 1 argument, got ${args.positional.length}`);
	const entries = args.positional.length === 1 ? entriesOf(args.positional[0]) : [];
	for (const [key, value] of entries) dict.set(key, value);
	for (const [key, value] of args.keyword) dict.set(key, value);
	checkItems(dict.size);
	return entries.length + args.keyword.size;
}

const keyError = (key: Value): never => fail("TFM-JINJA-015", { kind: "key", problem: `KeyError: ${repr(key)}` });

const pop: Builtin<PyDict> = (dict, args) => {
	if (args.keyword.size > 0) wrongCall("pop", "takes no keyword arguments");
	const [key, ...otherwise] = args.positional;
	if (args.positional.length === 0 || otherwise.length > 1)
		wrongCall("pop", `expected 1 or 2 arguments, got ${args.positional.length}`);
	if (!dict.has(key)) return otherwise.length === 1 ? otherwise[0] : keyError(key);
	const value = dict.get(key);
	dict.delete(key);
	return value;
};

function popItem(dict: PyDict): Value {
	const last = dict.items().at(-1);
	if (last === undefined) return fail("TFM-JINJA-015", { kind: "key", problem: "popitem(): dictionary is empty" });
	dict.delete(last[0]);
	return PyTuple.fromItems(last);
}

export const dictMethods: ReadonlyMap<string, Builtin<PyDict>> = new Map<string, Builtin<PyDict>>([
	[
		"get",
		positional<PyDict>("get", [needs("key"), may("default")], (dict, [key, otherwise]) =>
			dict.has(key) ? dict.get(key) : otherwise,
		),
	],
	["keys", positional<PyDict>("keys", [], (dict) => new DictView(dict, "keys"))],
	["values", positional<PyDict>("values", [], (dict) => new DictView(dict, "values"))],
	["items", positional<PyDict>("items", [], (dict) => new DictView(dict, "items"))],
	[
		"update",
		(dict, args, state) => {
			const before = dict.size;
			const written = updateDict(dict, "update", args);
			state.wrote(written, dict.size - before);
			return null;
		},
	],
	["pop", pop],
	["popitem", positional<PyDict>("popitem", [], popItem)],
	[
		"setdefault",
		positional<PyDict>("setdefault", [needs("key"), may("default")], (dict, [key, otherwise], state) => {
			if (dict.has(key)) return dict.get(key);
			dict.set(key, otherwise);
			state.wrote(1, 1);
			checkItems(dict.size);
			return otherwise;
		}),
	],
	[
		"copy",
		positional<PyDict>("copy", [], (dict, _given, state) => {
			state.wrote(dict.size);
			return dict.copy();
		}),
	],
	[
		"clear",
		positional<PyDict>("clear", [], (dict) => {
			dict.clear();
			return null;
		}),
	],
	[
		"fromkeys",
		positional<PyDict>("fromkeys", [needs("iterable"), may("value")], (_dict, [keys, value], state) => {
			const dict = PyDict.fromEntries(Array.from(iterate(keys), (key): [Value, Value] => [key, value]));
			state.wrote(dict.size);
			return dict;
		}),
	],
]);
