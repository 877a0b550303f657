import { dataFunctions, modulesObject, targetObject } from "../context/context.ts";
import type { TargetConfig } from "../core/config.ts";
import { fail } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import type { TemplateMessage } from "../core/request.ts";
import { suggestName } from "../core/suggestName.ts";
import { DBT_VERSION } from "../core/version.ts";
import {
	type Arguments,
	bindArguments,
	fromPlain,
	HostFunction,
	type Scope,
	toText,
	truthy,
	type Value,
} from "../jinja/jinja.ts";
import { readYaml } from "../yaml/readYaml.ts";
import { type Environment, isSecretName } from "./environment.ts";

/** What YAML of the configuration may read: `env_var`, `var`, the pure functions and, once the profile is known, `target`. */
export interface YamlScopeFacts {
	readonly env: Environment;
	/** Those of the command line and, in the project file, of vars.yml: its own `vars:` do not exist yet (dbt's rule). */
	readonly vars: { readonly [key: string]: Plain };
	/** Secret variables may be read (profiles.yml, packages.yml). */
	readonly secrets: boolean;
	readonly target?: TargetConfig;
	/** A variable that is not set is none, not a mistake: packages can be fetched before anything is known (dbt). */
	readonly lenient?: boolean;
	/** Takes what log() and print() say; without it nobody hears them, for what is read twice. */
	readonly said?: TemplateMessage[];
	/** How messages call the reader: "profiles.yml". */
	readonly reader: string;
}

function envVar(facts: YamlScopeFacts, args: Arguments): Value {
	const bound = bindArguments("env_var", ["var", "default?"], args);
	const name = toText(bound.var);
	if (isSecretName(name) && !facts.secrets) return fail("TFM-REF-009", { name });
	const value = facts.env[name];
	if (value !== undefined) return value;
	const otherwise = bound.default;
	return otherwise === undefined || otherwise === null ? fail("TFM-REF-008", { name }) : otherwise;
}

function variable(facts: YamlScopeFacts, args: Arguments): Value {
	const bound = bindArguments("var", ["var_name", "default?"], args);
	const name = toText(bound.var_name);
	if (Object.hasOwn(facts.vars, name)) return fromPlain(facts.vars[name]);
	if ("default" in bound) return bound.default;
	if (facts.lenient === true) return null;
	const known = Object.keys(facts.vars).sort();
	return fail("TFM-REF-007", { name, from: facts.reader, known, suggestion: suggestName(name, known) });
}

export function yamlScope(facts: YamlScopeFacts): Scope {
	const names = new Map<string, Value>([
		...dataFunctions((text) => readYaml(text, "fromyaml()", { markDates: true }).value),
		["env_var", new HostFunction("env_var", (args) => envVar(facts, args))],
		["var", new HostFunction("var", (args) => variable(facts, args))],
		[
			"log",
			new HostFunction("log", (args) => {
				const { msg, info } = bindArguments("log", ["msg", "info?"], args);
				facts.said?.push({ text: toText(msg), info: truthy(info) });
				return "";
			}),
		],
		[
			"print",
			new HostFunction("print", (args) => {
				facts.said?.push({ text: toText(bindArguments("print", ["msg"], args).msg), info: true, printed: true });
				return "";
			}),
		],
		["dbt_version", DBT_VERSION],
		["modules", modulesObject(() => Date.now())],
	]);
	if (facts.target !== undefined) names.set("target", targetObject(facts.target));
	return { get: (name) => names.get(name) };
}
