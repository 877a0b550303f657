import type { Plain } from "../../core/node.ts";
import { fromPlain, HostFunction, HostObject, PyDict, type Value } from "../../jinja/jinja.ts";
import { flagOf, type ProjectFacts } from "../projectFacts.ts";

/** Flags that templates ask for whether or not the command took them. */
const KNOWN_OFF = new Set([
	"full_refresh",
	"store_failures",
	"empty",
	"fail_fast",
	"defer",
	"favor_state",
	"warn_error",
]);

/** `flags.FULL_REFRESH`, in any case. An unknown flag is Undefined, as in dbt. */
export class FlagsObject extends HostObject {
	readonly typeName = "Flags";
	readonly #facts: ProjectFacts;

	constructor(facts: ProjectFacts) {
		super();
		this.#facts = facts;
	}

	/** `SCHEMA_NAMING` is how the project says it wants schemas named; the built-in macro asks for it. */
	#read(name: string): Plain | undefined {
		const lower = name.toLowerCase();
		if (lower === "schema_naming") return this.#facts.config.project.schemaNaming;
		const { flags } = this.#facts.invocation;
		const value = flagOf(this.#facts.invocation, name);
		if (value !== null) return value;
		if (KNOWN_OFF.has(lower)) return false;
		return Object.hasOwn(flags, name.toUpperCase()) ? null : undefined;
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
		return typeof key === "string" && this.#read(key) !== undefined;
	}

	override toPlainValue(): Value {
		return PyDict.from(
			Object.fromEntries(Object.entries(this.#facts.invocation.flags).map(([k, v]) => [k, fromPlain(v)])),
		);
	}
}
