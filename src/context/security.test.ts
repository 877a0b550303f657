import { expect, it } from "vitest";
import { HostObject, PyDict, type Scope, type Value } from "../jinja/jinja.ts";
import { testCompilerScope } from "./testing/runTestScope.ts";
import { parse, testFacts } from "./testing/testProject.ts";

/** Properties by which a template could leave its language. */
const DANGEROUS = [
	"__proto__",
	"constructor",
	"prototype",
	"__defineGetter__",
	"__lookupGetter__",
	"hasOwnProperty",
	"valueOf",
	"toString",
	"call",
	"apply",
	"bind",
	"caller",
	"arguments",
	"process",
	"require",
	"globalThis",
	"__class__",
	"__globals__",
	"__init__",
	"__subclasses__",
	"mro",
];

/** Names that lead on from an object to further ones. */
const STEPS = [
	..."ref source config var env_var adapter api Relation Column target exceptions modules datetime pytz re itertools date time timedelta".split(
		" ",
	),
	..."timezone utc chain product compile match get create dispatch quote columns rows values items keys nodes sources graph model".split(
		" ",
	),
	..."flags builtins context this fields dialect entry facts scope name path type node registry database context_macro_stack dbt shop".split(
		" ",
	),
];

function walk(scope: Scope, names: readonly string[]): { readonly seen: number; readonly leaks: string[] } {
	const leaks: string[] = [];
	const seen = new Set<object>();
	const visit = (value: Value, path: string, depth: number): void => {
		if (typeof value === "function" || (typeof value === "object" && value !== null && !isTemplateValue(value)))
			leaks.push(`${path} is a value of the host`);
		if (!(value instanceof HostObject) || seen.has(value) || depth > 3) return;
		seen.add(value);
		for (const name of DANGEROUS) {
			const found = quietly(() => value.attribute(name));
			// `context` and its kin answer for macros; nothing else may answer at all.
			if (found !== undefined) leaks.push(`${path}.${name}`);
			if (quietly(() => value.item?.(name)) !== undefined) leaks.push(`${path}[${name}]`);
		}
		for (const name of STEPS)
			visit(
				quietly(() => value.attribute(name)),
				`${path}.${name}`,
				depth + 1,
			);
	};
	for (const name of names)
		visit(
			quietly(() => scope.get(name)),
			name,
			0,
		);
	return { seen: seen.size, leaks };
}

const isTemplateValue = (value: object): boolean =>
	value instanceof HostObject ||
	value instanceof PyDict ||
	Array.isArray(value) ||
	value.constructor.name.startsWith("Py");

/** An object may refuse to answer; what it must not do is answer. */
function quietly(read: () => Value): Value {
	try {
		return read();
	} catch {
		return undefined;
	}
}

it("shows nothing of the host through any object of the running context", () => {
	const scope = testCompilerScope();
	const { seen, leaks } = walk(scope, scope.names());
	// dbt's own config.require() is no way out.
	expect(leaks.filter((leak) => !leak.endsWith("config.require"))).toEqual([]);
	expect(seen).toBeGreaterThan(300);
});

it.each([
	"{{ ref.__class__ }}",
	"{{ ref.constructor }}",
	"{{ ''.constructor }}",
	"{{ adapter['constructor'] }}",
	"{{ this.__proto__ }}",
	"{{ modules.re['constructor'] }}",
	"{{ context.constructor }}",
	"{{ context['__proto__'] }}",
	"{{ model.constructor }}",
	"{{ flags.__proto__ }}",
	"{{ target.__proto__ }}",
	"{{ var('constructor', '') }}",
	"{{ var('__proto__', '') }}",
	"{{ env_var('__proto__', '') }}",
	"{{ env_var('constructor', '') }}",
	"{{ builtins.constructor }}",
	"{{ dbt.constructor }}{{ dbt['__proto__'] }}",
	"{{ api.Relation.constructor }}",
	"{{ exceptions.constructor }}",
	"{{ process }}{{ globalThis }}{{ require }}{{ constructor }}{{ __proto__ }}",
])("prints nothing for %s", (template) => {
	expect(parse(template).text.trim()).toBe("");
});

it("does not let a config or a JSON text reach a prototype", () => {
	const { collector } = parse(
		"{{ config({'__proto__': {'polluted': true}}) }}{{ fromjson('{\"__proto__\": {\"polluted\": 1}}') }}",
	);
	expect(collector.configs).toHaveLength(1);
	expect(({} as Record<string, unknown>).polluted).toBeUndefined();
	expect(Object.keys(collector.configs[0] ?? {})).toEqual(["__proto__"]);
});

it("ends runaway work with a coded error", () => {
	expect(() => parse("{{ modules.itertools.product(range(1000), range(1000), range(1000)) | length }}")).toThrow(
		"TFM-JINJA-021",
	);
	expect(() => parse("{{ modules.itertools.permutations(range(20)) | length }}")).toThrow("together is larger");
	expect(parse("{{ modules.itertools.count() | length }}").text).toBe("100000");
});

it("keeps the environment's secrets out of every object", () => {
	const facts = testFacts({ env: { DBT_ENV_SECRET_X: "s3cret", TFM_ENV_SECRET_Y: "s3cret" } });
	expect(
		parse("{{ dbt_metadata_envs }}{{ target }}{{ flags }}{{ invocation_args_dict }}{{ model }}", facts).text,
	).not.toMatch(/s3cret|hunter2/);
});
