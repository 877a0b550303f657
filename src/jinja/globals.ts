/** The names that Jinja itself defines; a scope's own names come first. */
import { fail } from "../core/diagnostic.ts";
import { typeError, wrongCall } from "./builtin.ts";
import { Namespace, PyRange } from "./collections.ts";
import { updateDict } from "./dictMethods.ts";
import { toText } from "./text.ts";
import { type Arguments, HostFunction, HostObject, PyDict, type Value } from "./values.ts";

function makeDict(args: Arguments): Value {
	const dict = new PyDict();
	updateDict(dict, "dict", args);
	return dict;
}

/** dict(): what it makes is counted where it is called. */
export const dictFunction = new HostFunction("dict", makeDict);

function makeNamespace(args: Arguments): Value {
	const namespace = new Namespace();
	const dict = new PyDict();
	updateDict(dict, "namespace", args);
	for (const [key, value] of dict.items()) namespace.setAttribute(toText(key), value);
	return namespace;
}

/** cycler('a', 'b'): next() goes round. */
class Cycler extends HostObject {
	readonly typeName = "Cycler";
	readonly #items: readonly Value[];
	#position = 0;

	constructor(items: readonly Value[]) {
		super();
		if (items.length === 0) fail("TFM-JINJA-019", { problem: "at least one item has to be provided" });
		this.#items = items;
	}

	override attribute(name: string): Value {
		if (name === "current") return this.#items[this.#position];
		if (name === "next")
			return new HostFunction("next", () => {
				const item = this.#items[this.#position];
				this.#position = (this.#position + 1) % this.#items.length;
				return item;
			});
		if (name !== "reset") return undefined;
		return new HostFunction("reset", () => {
			this.#position = 0;
			return null;
		});
	}
}

/** joiner(', '): nothing the first time it is called, the separator after. */
function makeJoiner({ positional, keyword }: Arguments): Value {
	const separator = positional.length > 0 ? positional[0] : (keyword.get("sep") ?? ", ");
	let used = false;
	return new HostFunction("joiner", () => {
		if (used) return separator;
		used = true;
		return "";
	});
}

/** The kinds of each global stay callable values, so that a template can also pass them on. */
export const globals: ReadonlyMap<string, HostFunction> = new Map([
	["dict", dictFunction] as const,
	...Object.entries({
		range: (args: Arguments): Value =>
			args.keyword.size > 0 ? wrongCall("range", "takes no keyword arguments") : PyRange.of(args.positional),
		namespace: makeNamespace,
		cycler: ({ positional }: Arguments): Value => new Cycler(positional),
		joiner: makeJoiner,
		lipsum: (): Value => typeError("lipsum writes sample text for web pages; it is not available"),
	}).map(([name, run]) => [name, new HostFunction(name, run)] as const),
]);
