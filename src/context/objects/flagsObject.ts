import { fromPlain, HostFunction, HostObject, PyDict, type Value } from "../../jinja/jinja.ts";
import { flagOf, type InvocationFacts } from "../projectFacts.ts";

/** `flags.FULL_REFRESH`: names in any case; a flag that was not given is None, as in dbt. */
export class FlagsObject extends HostObject {
	readonly typeName = "Flags";
	readonly #invocation: InvocationFacts;

	constructor(invocation: InvocationFacts) {
		super();
		this.#invocation = invocation;
	}

	override attribute(name: string): Value {
		if (name === "get")
			return new HostFunction("get", ({ positional: [key, fallback] }) =>
				typeof key === "string" ? (this.item(key) ?? fallback ?? null) : null,
			);
		return this.item(name);
	}

	override item(key: Value): Value {
		return typeof key === "string" ? fromPlain(flagOf(this.#invocation, key)) : undefined;
	}

	override contains(key: Value): boolean {
		return typeof key === "string" && flagOf(this.#invocation, key) !== null;
	}

	override toPlainValue(): Value {
		return PyDict.from(Object.fromEntries(Object.entries(this.#invocation.flags).map(([k, v]) => [k, fromPlain(v)])));
	}
}
