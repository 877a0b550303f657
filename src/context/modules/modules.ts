/** `modules`: the parts of Python's library that dbt gives to templates, rebuilt on values of the template language. */
import { HostObject, PyDict, type Value } from "../../jinja/jinja.ts";
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

export const modulesObject = (now: Now): PyDict =>
	PyDict.from({
		pytz: new ModuleObject("pytz", pytzMember),
		datetime: new ModuleObject("datetime", (name) => datetimeMember(name, now)),
		re: new ModuleObject("re", regexMember),
		itertools: new ModuleObject("itertools", itertoolsMember),
	});
