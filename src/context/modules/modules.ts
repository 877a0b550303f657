/** `modules`: the parts of Python's library that dbt gives to templates, rebuilt on values of the template language. */
import { HostFunction, HostObject, PyDict, type Value } from "../../jinja/jinja.ts";
import { datetimeMember, type Now } from "./datetime.ts";
import { itertoolsMember } from "./itertools.ts";
import { regexMember } from "./regex.ts";
import { pytzMember } from "./timezone.ts";

const NAMES: Readonly<Record<string, readonly string[]>> = {
	datetime: ["date", "datetime", "time", "timedelta", "tzinfo"],
	pytz: ["timezone", "utc", "all_timezones", "common_timezones", "FixedOffset", "UnknownTimeZoneError"],
	re: [
		...["template", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "compile", "purge"],
		...["escape", "error", "Pattern", "Match", "A", "I", "L", "M", "S", "X", "U", "ASCII", "IGNORECASE", "LOCALE"],
		...["MULTILINE", "DOTALL", "VERBOSE", "UNICODE", "NOFLAG", "RegexFlag"],
	],
	itertools: [
		...["count", "cycle", "repeat", "accumulate", "chain", "compress", "islice", "starmap", "tee", "zip_longest"],
		...["product", "permutations", "combinations", "combinations_with_replacement"],
	],
};

class ModuleObject extends HostObject {
	readonly typeName = "module";
	readonly #name: string;
	readonly #member: (name: string) => Value;

	constructor(name: string, member: (name: string) => Value) {
		super();
		this.#name = name;
		this.#member = member;
	}

	/** To dbt a module is a dict of its public names. */
	override attribute(name: string): Value {
		return this.#member(name) ?? (name === "keys" ? new HostFunction(name, () => this.#names()) : undefined);
	}

	#names(): Value[] {
		return (NAMES[this.#name] ?? []).filter((name) => this.#member(name) !== undefined);
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
