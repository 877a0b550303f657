/** Members that every stage of the context has: what dbt calls its base, target, configured and provider contexts. */

import { fail, TfmError } from "../core/diagnostic.ts";
import { DBT_VERSION } from "../core/version.ts";
import {
	bindArguments,
	compileTemplate,
	HostFunction,
	HostObject,
	PyDict,
	toText,
	truthy,
	type Value,
} from "../jinja/jinja.ts";
import type { BaseContext, ContextScope } from "./contextScope.ts";
import { utcDateTime } from "./modules/datetime.ts";
import { modulesObject } from "./modules/modules.ts";
import { apiObject } from "./objects/apiObject.ts";
import { BuiltinsObject } from "./objects/builtinsObject.ts";
import { dataFunctions } from "./objects/dataFunctions.ts";
import { envVarFunction } from "./objects/envVarFunction.ts";
import { exceptionsObject } from "./objects/exceptionsObject.ts";
import { FlagsObject } from "./objects/flagsObject.ts";
import { invocationArgs } from "./objects/invocationArgs.ts";
import { LazyMapping } from "./objects/lazyMapping.ts";
import { LazyData } from "./objects/mappingData.ts";
import { resultFunctions } from "./objects/resultFunctions.ts";
import { targetObject } from "./objects/targetObject.ts";
import { VarFunction, variablesFor } from "./objects/varFunction.ts";

type Member = (context: BaseContext, scope: ContextScope) => Value;

const DATA_FUNCTIONS = ["fromjson", "tojson", "fromyaml", "toyaml", "set", "set_strict", "zip", "zip_strict"];

const dataMember =
	(name: string): Member =>
	(context) =>
		dataFunctions(context.facts.parseYaml).get(name);

const EMPTY_GRAPH = ["nodes", "sources", "exposures", "metrics", "groups", "semantic_models", "saved_queries"];

const unavailable =
	(name: string, reason: string, dbt?: string): Member =>
	() =>
		new HostFunction(name, () =>
			fail("TFM-REF-013", { callee: `${name}()`, reason, ...(dbt === undefined ? {} : { dbt }) }),
		);

/** `log(text, info=True)` reaches the terminal, `log(text)` only the log file. */
const log: Member = (context) =>
	new HostFunction("log", (args) => {
		const { msg, info } = bindArguments("log", ["msg", "info?"], args);
		context.write({ text: toText(msg), info: truthy(info) });
		return "";
	});

const print: Member = (context) =>
	new HostFunction("print", (args) => {
		context.write({ text: toText(bindArguments("print", ["msg"], args).msg), info: true, printed: true });
		return "";
	});

/** `write(text)`: the SQL that builds the node, which is written under the target directory. */
const writeFile: Member = (context) =>
	new HostFunction("write", (args) => {
		context.onWrite?.(toText(bindArguments("write", ["payload"], args).payload));
		return "";
	});

/** What `var()` does with a value that is a template. */
export const renderVariable =
	(context: BaseContext, scope: ContextScope) =>
	(text: string, name: string): Value =>
		compileTemplate({ file: `the variable ${name}`, text }).render(scope, context.rendering);

/** `render(text)`: the text as a template with the same names. */
const render: Member = (context, scope) =>
	new HostFunction("render", (args) => {
		const text = toText(bindArguments("render", ["string"], args).string);
		return compileTemplate({ file: `${context.label} (render)`, text }).render(scope, context.rendering);
	});

/** Calls a function and gives its errors another message in front. */
const tryOrCompilerError: Member = () =>
	new HostFunction("try_or_compiler_error", ({ positional: [message, fn, ...rest], keyword }) => {
		if (!(fn instanceof HostObject) || fn.call === undefined)
			return fail("TFM-REF-006", {
				callee: "try_or_compiler_error()",
				problem: "needs a function after the message",
				usage: "try_or_compiler_error('message', function, arguments…)",
			});
		try {
			return fn.call({ positional: rest, keyword });
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			return fail("TFM-JINJA-023", { message: toText(message) }, { cause: error });
		}
	});

const metadataEnvironment: Member = ({ facts }) => {
	const dict = new PyDict();
	for (const [name, value] of Object.entries(facts.invocation.env)) {
		const custom = /^(?:DBT|TFM)_ENV_CUSTOM_ENV_(.+)$/.exec(name)?.[1];
		if (custom !== undefined && value !== undefined) dict.set(custom, value);
	}
	return dict;
};

/** `validation.any[…]` of old packages' config checks: a function that accepts the given values and types. */
const validation: Member = () =>
	PyDict.from({ any: new HostFunction("any", () => new HostFunction("inner", () => null)) });

export const BASE_MEMBERS: ReadonlyMap<string, Member> = new Map<string, Member>([
	...[...DATA_FUNCTIONS, "diff_of_two_dicts", "local_md5"].map((name) => [name, dataMember(name)] as const),
	["dbt_version", () => DBT_VERSION],
	["project_name", (c) => c.facts.config.project.name],
	["target", (c) => targetObject(c.facts.config.target)],
	["env", (_c, scope) => scope.builtin("target")],
	[
		"env_var",
		(c) => envVarFunction({ env: c.facts.invocation.env, secrets: "refused", ...(c.onEnv && { onRead: c.onEnv }) }),
	],
	[
		"var",
		(c, scope) =>
			new VarFunction({
				variables: variablesFor(c.facts.config, c.packageName),
				label: c.label,
				missing: "error",
				render: renderVariable(c, scope),
			}),
	],
	["flags", (c) => new FlagsObject(c.facts)],
	["invocation_id", (c) => c.facts.invocation.id],
	["run_started_at", (c) => utcDateTime(c.facts.invocation.startedAt.getTime())],
	["thread_id", () => "Thread-1"],
	["invocation_args_dict", (c) => invocationArgs(c.facts.invocation.flags)],
	["dbt_metadata_envs", metadataEnvironment],
	["selected_resources", (c) => [...(c.facts.invocation.selected ?? [])]],
	["modules", (c) => modulesObject(() => c.once("now", () => c.facts.invocation.now?.() ?? Date.now()))],
	["api", (c) => apiObject(c.facts)],
	["column", (_c, scope) => (scope.builtin("api") as PyDict).get("Column")],
	["exceptions", (c) => exceptionsObject(c)],
	["log", log],
	["print", print],
	["render", render],
	["try_or_compiler_error", tryOrCompilerError],
	["validation", validation],
	["builtins", (_c, scope) => new BuiltinsObject(scope)],
	["context_macro_stack", (c) => [...c.stack]],
	["schema", (c) => c.facts.config.target.schema],
	["database", (c) => c.facts.config.target.database],
	["sql", () => null],
	["compiled_code", () => null],
	["pre_hooks", () => null],
	["post_hooks", () => null],
	["defer_relation", () => null],
	["sql_now", () => "now()"],
	["store_result", resultFunctions.store_result],
	["store_raw_result", resultFunctions.store_raw_result],
	["load_result", resultFunctions.load_result],
	["write", writeFile],
	[
		"graph",
		() =>
			new LazyMapping(
				new LazyData(
					() => EMPTY_GRAPH,
					(key) => (EMPTY_GRAPH.includes(key) ? {} : undefined),
				),
			),
	],
	["load_agate_table", unavailable("load_agate_table", "only a seed has a file of rows")],
	["submit_python_job", unavailable("submit_python_job", "models are written in SQL")],
	["metric", unavailable("metric", "metrics are named in models, tests and exposures only")],
	["function", unavailable("function", "functions of the database are not part of this version")],
	[
		"adapter_macro",
		unavailable(
			"adapter_macro",
			"use adapter.dispatch('name', 'package')() instead",
			'The "adapter_macro" macro has been deprecated',
		),
	],
]);
