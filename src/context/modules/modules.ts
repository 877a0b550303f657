/** `modules`: the parts of Python's library that dbt gives to templates, rebuilt on values of the template language. */
import { HostObject, type Value } from "../../jinja/jinja.ts";
import { datetimeMember, type Now } from "./datetime.ts";
import { itertoolsMember } from "./itertools.ts";
import { regexMember } from "./regex.ts";
import { pytzMember } from "./timezone.ts";

class ModuleObject extends HostObject {
	readonly typeName = "module";
	readonly #name: string;
	readonly #member: (name: string) => Value;

	constructor(name: string, member: (name: string) => Value) {
		super();
		this.#name = name;
		this.#member = member;
	}

	override attribute(name: string): Value {
		return this.#member(name);
	}

	override item(key: Value): Value {
		return typeof key === "string" ? this.#member(key) : undefined;
	}

	override toText(): string {
		return `<module '${this.#name}'>`;
	}
}

export function modulesObject(now: Now): HostObject {
	const modules = new Map<string, Value>([
		["datetime", new ModuleObject("datetime", (name) => datetimeMember(name, now))],
		["pytz", new ModuleObject("pytz", pytzMember)],
		["re", new ModuleObject("re", regexMember)],
		["itertools", new ModuleObject("itertools", itertoolsMember)],
	]);
	return new ModuleObject("modules", (name) => modules.get(name));
}
