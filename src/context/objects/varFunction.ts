import type { Config } from "../../core/config.ts";
import { fail } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { suggestName } from "../../core/suggestName.ts";
import { type Arguments, bindArguments, fromPlain, HostFunction, HostObject, type Value } from "../../jinja/jinja.ts";

export interface Variables {
	/** Undefined when the variable is not set anywhere. */
	lookup(name: string): Plain | undefined;
	names(): string[];
}

/**
 * Variables as a node of `packageName` sees them: `--vars`, then the root project's (those under the package's name
 * before the global ones), then the package's own project file's, likewise.
 */
export function variablesFor(config: Config, packageName: string): Variables {
	const layers: { readonly [key: string]: Plain }[] = [config.cliVars];
	const own = config.packages.find((p) => p.name === packageName);
	for (const project of own === undefined ? [config.project] : [config.project, own]) {
		const scoped = project.vars[packageName];
		if (typeof scoped === "object" && scoped !== null && !Array.isArray(scoped))
			layers.push(scoped as { readonly [key: string]: Plain });
		layers.push(project.vars);
	}
	return {
		lookup: (name) => layers.find((layer) => Object.hasOwn(layer, name))?.[name],
		names: () => [...new Set(layers.flatMap((layer) => Object.keys(layer)))].sort(),
	};
}

export interface VarOptions {
	readonly variables: Variables;
	/** Who asks, for the message. */
	readonly label: string;
	/** dbt reads a project without failing on variables that are not set: they are None then. */
	readonly missing: "error" | "none";
	readonly onRead?: (name: string, value: Plain | undefined) => void;
	/** A value that is a template is rendered where it is read, with the reader's names (dbt: not in property files). */
	readonly render?: (template: string, name: string) => Value;
}

const TEMPLATE = /\{[{%#]/;
export const isTemplate = (value: Plain | undefined): value is string =>
	typeof value === "string" && TEMPLATE.test(value);

/** `var('name')`, `var('name', default)`, `var.has_var('name')`. */
export class VarFunction extends HostObject {
	readonly typeName = "Var";
	readonly #options: VarOptions;
	/** Names of variables whose templates are being rendered. */
	readonly #open = new Set<string>();

	constructor(options: VarOptions) {
		super();
		this.#options = options;
	}

	override call(args: Arguments): Value {
		const given = bindArguments("var", ["var_name", "default?"], args);
		const name = nameOf(given.var_name);
		const { variables, label, missing, onRead } = this.#options;
		const value = variables.lookup(name);
		onRead?.(name, value);
		if (value !== undefined) return this.#rendered(name, value);
		if ("default" in given) return given.default;
		if (missing === "none") return null;
		const known = variables.names();
		return fail("TFM-REF-007", { name, from: label, known, suggestion: suggestName(name, known) });
	}

	#rendered(name: string, value: Plain): Value {
		const { render } = this.#options;
		if (render === undefined || !isTemplate(value)) return fromPlain(value);
		if (this.#open.has(name)) {
			const problem = `cannot read the variable "${name}", whose template reads itself`;
			fail("TFM-REF-006", { callee: "var()", problem, usage: "a value, or a template of other variables" });
		}
		this.#open.add(name);
		try {
			return render(value, name);
		} finally {
			this.#open.delete(name);
		}
	}

	override attribute(name: string): Value {
		if (name !== "has_var") return undefined;
		return new HostFunction("has_var", (args) => {
			const wanted = nameOf(bindArguments("has_var", ["var_name"], args).var_name);
			return this.#options.variables.lookup(wanted) !== undefined;
		});
	}
}

function nameOf(value: Value): string {
	if (typeof value === "string") return value;
	return fail("TFM-REF-006", { callee: "var()", problem: "needs the variable's name as text", usage: "var('name')" });
}
