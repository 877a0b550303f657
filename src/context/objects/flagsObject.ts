import type { Plain } from "../../core/node.ts";
import { fromPlain, HostFunction, HostObject, PyDict, type Value } from "../../jinja/jinja.ts";
import { flagOf, type ProjectFacts } from "../projectFacts.ts";

/** `flags.FULL_REFRESH`: names in any case; a flag that was not given is None, as in dbt. */
export class FlagsObject extends HostObject {
	readonly typeName = "Flags";
	readonly #facts: ProjectFacts;

	constructor(facts: ProjectFacts) {
		super();
		this.#facts = facts;
	}

	/** `SCHEMA_NAMING` is how the project says it wants schemas named; the built-in macro asks for it. */
	#read(name: string): Plain {
		return name.toLowerCase() === "schema_naming"
			? this.#facts.config.project.schemaNaming
			: flagOf(this.#facts.invocation, name);
	}

	override attribute(name: string): Value {
		if (name === "get")
			return new HostFunction("get", ({ positional: [key, fallback] }) =>
				typeof key === "string" ? (this.item(key) ?? fallback ?? null) : null,
			);
		return this.item(name);
	}

	override item(key: Value): Value {
		return typeof key === "string" ? fromPlain(this.#read(key)) : undefined;
	}

	override contains(key: Value): boolean {
		return typeof key === "string" && this.#read(key) !== null;
	}

	override toPlainValue(): Value {
		return PyDict.from(
			Object.fromEntries(Object.entries(this.#facts.invocation.flags).map(([k, v]) => [k, fromPlain(v)])),
		);
	}
}
