/** `modules`: the parts of Python's library that dbt gives to templates, rebuilt on values of the template language. */
import { HostFunction, HostObject, PyDict, type Value } from "../../jinja/jinja.ts";
import { datetimeMember, type Now } from "./datetime.ts";
import { itertoolsMember } from "./itertools.ts";
import { regexMember } from "./regex.ts";
import { pytzMember } from "./timezone.ts";

/** Public names of Python's modules, in their order. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
	datetime: ["date", "datetime", "time", "timedelta", "tzinfo"],
	pytz: [
		...["timezone", "utc", "country_timezones", "country_names", "AmbiguousTimeError", "InvalidTimeError"],
		...["NonExistentTimeError", "UnknownTimeZoneError", "all_timezones", "all_timezones_set", "common_timezones"],
		...["common_timezones_set", "BaseTzInfo", "FixedOffset"],
	],
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

const membersAt = (now: Now) => ({
	pytz: pytzMember,
	datetime: (name: string): Value => datetimeMember(name, now),
	re: regexMember,
	itertools: itertoolsMember,
});

export const modulesObject = (now: Now): PyDict =>
	PyDict.from(
		Object.fromEntries(
			Object.entries(membersAt(now)).map(([module, member]) => [module, new ModuleObject(module, member)]),
		),
	);

const MEMBERS: Readonly<Record<string, (name: string) => Value>> = membersAt(() => 0);

/** Whether templates may use the name in dbt and not in tfm. */
export const isLackingMember = (module: string, name: string): boolean =>
	NAMES[module]?.includes(name) === true && MEMBERS[module]?.(name) === undefined;
