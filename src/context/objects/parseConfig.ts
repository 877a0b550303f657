import { fail } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { type Arguments, HostFunction, HostObject, PyDict, toPlain, toText, type Value } from "../../jinja/jinja.ts";

const USAGE = "config(key=value, …) or config({'key': value})";

/** `config` while parsing: calls are collected, `get` and its kin answer with empty text, as in dbt. */
export class ParseConfig extends HostObject {
	readonly typeName = "ParseConfigObject";
	readonly #onCall: (config: { readonly [key: string]: Plain }) => void;

	constructor(onCall: (config: { readonly [key: string]: Plain }) => void) {
		super();
		this.#onCall = onCall;
	}

	override call(args: Arguments): Value {
		this.#onCall(readConfigCall(args));
		return "";
	}

	override attribute(name: string): Value {
		switch (name) {
			case "get":
			case "require":
			case "meta_get":
			case "meta_require":
				return new HostFunction(name, () => "");
			case "set":
				return new HostFunction(name, ({ positional: [key, value] }) => {
					this.#onCall(dashedHooks({ [toText(key)]: toPlain(value) as Plain }));
					return "";
				});
			case "persist_relation_docs":
			case "persist_column_docs":
				return new HostFunction(name, () => false);
		}
		return undefined;
	}
}

/** The record that a config() call gives: keywords, or one dict, never both. */
function readConfigCall({ positional, keyword }: Arguments): { readonly [key: string]: Plain } {
	const wrong = (problem: string): never => fail("TFM-REF-006", { callee: "config()", problem, usage: USAGE });
	if (positional.length === 0 && keyword.size > 0)
		return dashedHooks(Object.fromEntries([...keyword].map(([key, value]) => [key, toPlain(value) as Plain])));
	const [only] = positional;
	if (positional.length !== 1 || keyword.size > 0) return wrong("takes keywords or one dict");
	if (!(only instanceof PyDict)) return wrong("takes a dict as its only value");
	return dashedHooks(toPlain(only) as { [key: string]: Plain });
}

/** `pre_hook` is how Python spells `pre-hook`. */
function dashedHooks(config: { [key: string]: Plain }): { [key: string]: Plain } {
	for (const key of ["pre_hook", "post_hook"]) {
		if (!Object.hasOwn(config, key)) continue;
		const dashed = key.replace("_", "-");
		if (Object.hasOwn(config, dashed))
			fail("TFM-REF-006", { callee: "config()", problem: `has both ${key} and ${dashed}`, usage: `${key} alone` });
		config[dashed] = config[key] as Plain;
		delete config[key];
	}
	return config;
}
