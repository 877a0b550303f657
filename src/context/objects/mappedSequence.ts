import { fail } from "../../core/diagnostic.ts";
import {
	type Arguments,
	bindArguments,
	equals,
	HostFunction,
	HostObject,
	PyDict,
	PyTuple,
	repr,
	type Value,
} from "../../jinja/jinja.ts";

/** agate's mapped sequence: read by position or by name, iterated by value. Rows, columns and the lists of both. */
export class MappedSequence extends HostObject {
	readonly typeName: string;
	readonly items: readonly Value[];
	readonly keys: readonly Value[] | null;

	constructor(typeName: string, items: readonly Value[], keys: readonly Value[] | null) {
		super();
		this.typeName = typeName;
		this.items = items;
		this.keys = keys;
	}

	/** By name, or by position, from the end where negative. */
	override item(key: Value): Value {
		return typeof key === "number" ? this.items.at(key) : this.named(key);
	}

	named(key: Value): Value {
		const keys = this.keys ?? [];
		const i = typeof key === "string" ? keys.indexOf(key) : keys.findIndex((other) => equals(other, key));
		return i < 0 ? undefined : this.items[i];
	}

	override length(): number {
		return this.items.length;
	}

	override iterate(): Iterable<Value> {
		return this.items;
	}

	override asSequence(): PyTuple {
		return PyTuple.fromItems(this.items);
	}

	override contains(value: Value): boolean {
		return this.items.some((item) => equals(item, value));
	}

	override equals(other: Value): boolean {
		const list = other instanceof MappedSequence ? other.items : Array.isArray(other) ? other : null;
		return list !== null && list.length === this.items.length && this.items.every((item, i) => equals(item, list[i]));
	}

	override hashKey(): string {
		return this.items.map(repr).join("\0");
	}

	override toText(): string {
		const shown = this.items.slice(0, 5).map(repr);
		const rest = this.items.length > 5 ? [...shown, "..."] : shown;
		return `<agate.${this.typeName}: (${rest.join(", ")}${rest.length === 1 ? "," : ""})>`;
	}

	override toPlainValue(): Value {
		return this.keys === null ? [...this.items] : this.asDict();
	}

	asDict(): PyDict {
		return PyDict.fromEntries((this.keys ?? []).map((key, i) => [key, this.items[i]]));
	}

	override attribute(name: string): Value {
		switch (name) {
			case "values":
				return new HostFunction(name, () => PyTuple.fromItems(this.items));
			case "keys":
				return new HostFunction(name, () => (this.keys === null ? null : PyTuple.fromItems(this.keys)));
			case "items":
				return new HostFunction(name, () =>
					PyTuple.fromItems((this.keys ?? []).map((key, i) => PyTuple.fromItems([key, this.items[i]]))),
				);
			case "dict":
				return new HostFunction(name, () => this.asDict());
			case "get":
				return new HostFunction(name, (args: Arguments) => {
					const { key, default: fallback } = bindArguments("get", ["key", "default?"], args);
					return this.named(key) ?? fallback ?? null;
				});
			case "count":
				return new HostFunction(
					name,
					({ positional: [value] }) => this.items.filter((item) => equals(item, value)).length,
				);
			case "index":
				return new HostFunction(name, ({ positional: [value] }) => {
					const i = this.items.findIndex((item) => equals(item, value));
					return i >= 0
						? i
						: fail("TFM-JINJA-015", { problem: `ValueError: ${repr(value)} is not in it`, kind: "index" });
				});
		}
		return undefined;
	}
}
