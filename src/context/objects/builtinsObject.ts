import { HostFunction, HostObject, type Value } from "../../jinja/jinja.ts";
import type { ContextScope } from "../contextScope.ts";

/** `builtins`: the context's own functions, also where a macro of the same name hides one. */
export class BuiltinsObject extends HostObject {
	readonly typeName = "dict";
	override readonly isMapping = true;
	readonly #scope: ContextScope;

	constructor(scope: ContextScope) {
		super();
		this.#scope = scope;
	}

	override attribute(name: string): Value {
		const found = this.#scope.builtin(name);
		if (found !== undefined) return found;
		if (name === "keys") return new HostFunction(name, () => this.#scope.builtinNames());
		if (name !== "get") return undefined;
		return new HostFunction("get", ({ positional: [key, fallback] }) =>
			typeof key === "string" ? (this.#scope.builtin(key) ?? fallback ?? null) : (fallback ?? null),
		);
	}

	override item(key: Value): Value {
		return typeof key === "string" ? this.#scope.builtin(key) : undefined;
	}

	override iterate(): Iterable<Value> {
		return this.#scope.builtinNames();
	}

	override contains(key: Value): boolean {
		return typeof key === "string" && this.#scope.builtin(key) !== undefined;
	}
}
