import type { RenderOptions, Scope, Value } from "../jinja/jinja.ts";
import { BASE_MEMBERS } from "./baseMembers.ts";
import { type BaseContext, ContextScope, type Members } from "./contextScope.ts";
import { VarFunction, variablesFor } from "./objects/varFunction.ts";
import type { ProjectFacts } from "./projectFacts.ts";

/** Undefined names in YAML are errors once they are used, as in dbt. */
export const YAML_RENDERING: RenderOptions = Object.freeze({ undefined: "strict" });

/** What dbt gives to YAML files: variables, environment, target and the pure functions; no macros, no nodes. */
const NAMES = [
	"var",
	"env_var",
	"target",
	"env",
	"project_name",
	"dbt_version",
	"flags",
	"modules",
	"fromjson",
	"tojson",
	"fromyaml",
	"toyaml",
	"set",
	"set_strict",
	"zip",
	"zip_strict",
	"diff_of_two_dicts",
	"local_md5",
	"log",
	"print",
	"run_started_at",
	"invocation_id",
	"builtins",
];

const MEMBERS = new Map<string, (context: BaseContext, scope: ContextScope) => Value>(
	[...BASE_MEMBERS].filter(([name]) => NAMES.includes(name)),
).set("var", (c) => {
	const variables = variablesFor(c.facts.config, c.packageName);
	// dbt hands a variable's template to property files as it is.
	return new VarFunction({ variables, label: c.label, missing: "error" });
});

class YamlScope extends ContextScope {
	/** Macros are not looked up: YAML is read before them. */
	override get(name: string): Value {
		return this.builtin(name);
	}
}

/** The scope of property files of a package; render values with `renderNative` and YAML_RENDERING. */
export function createYamlScope(facts: ProjectFacts, packageName: string, label: string): Scope {
	const context: BaseContext = {
		facts,
		packageName,
		label,
		rendering: YAML_RENDERING,
		stack: [],
		results: new Map(),
		write: () => {},
		once: (_name, produce) => produce(),
	};
	return new YamlScope(context, MEMBERS as Members<never>);
}
