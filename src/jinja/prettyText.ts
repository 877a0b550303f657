/** Python's pprint.pformat: on one line where it fits in 80 columns, else an item a line; dicts in order of keys. */
import { TfmError } from "../core/diagnostic.ts";
import { sortedBy } from "./listMethods.ts";
import { repr } from "./text.ts";
import { isList, PyDict, PyTuple, type Value } from "./values.ts";

const WIDTH = 80;

export const prettyText = (value: Value): string => pretty(value, 0, 0);

/** `indent` is the column the text begins at, `after` what follows it on its last line. */
function pretty(value: Value, indent: number, after: number): string {
	const flat = repr(sortedKeys(value));
	if (flat.length <= WIDTH - indent - after) return flat;
	if (value instanceof PyDict && value.size > 0) return prettyDict(value, indent, after);
	if ((isList(value) || value instanceof PyTuple) && value.length > 0) {
		const [open, close] = value instanceof PyTuple ? ["(", value.length === 1 ? ",)" : ")"] : ["[", "]"];
		const items = [...value].map((item, i) => pretty(item, indent + 1, i === value.length - 1 ? after + 1 : 1));
		return open + items.join(`,\n${" ".repeat(indent + 1)}`) + close;
	}
	return flat;
}

function prettyDict(dict: PyDict, indent: number, after: number): string {
	const entries = orderedEntries(dict);
	const items = entries.map(([key, item], i) => {
		const name = `${repr(key)}: `;
		return name + pretty(item, indent + 1 + name.length, i === entries.length - 1 ? after + 1 : 1);
	});
	return `{${items.join(`,\n${" ".repeat(indent + 1)}`)}}`;
}

/** Keys that have no order among themselves stay as they are. */
function orderedEntries(dict: PyDict): [Value, Value][] {
	const entries = new Map(dict.items().map((entry) => [entry[0], entry]));
	try {
		return sortedBy([...entries.keys()], (key) => key, false).map((key) => entries.get(key)!);
	} catch (error) {
		if (error instanceof TfmError) return [...entries.values()];
		throw error;
	}
}

function sortedKeys(value: Value): Value {
	if (value instanceof PyDict)
		return PyDict.fromEntries(orderedEntries(value).map(([key, item]) => [key, sortedKeys(item)] as const));
	if (value instanceof PyTuple) return PyTuple.fromItems([...value].map(sortedKeys));
	return isList(value) ? value.map(sortedKeys) : value;
}
