import { DBT_VARIABLES } from "../../core/dbtVariables.ts";
import { fail } from "../../core/diagnostic.ts";
import { bindArguments, HostFunction, toText, type Value } from "../../jinja/jinja.ts";

/** Names of variables whose values must not reach what is rendered (dbt's prefix and tfm's). */
export const isSecretName = (name: string): boolean => /^(DBT|TFM)_ENV_SECRET/.test(name);

export interface EnvOptions {
	readonly env: { readonly [name: string]: string | undefined };
	readonly secrets: "refused" | "allowed";
	readonly onRead?: (name: string, value: string) => void;
}

/** `env_var('NAME')`, `env_var('NAME', 'default')`; a default of none is no default, as in dbt. */
export const envVarFunction = (options: EnvOptions): HostFunction =>
	new HostFunction("env_var", (args): Value => {
		const given = bindArguments("env_var", ["var", "default?"], args);
		const name = toText(given.var);
		if (options.secrets === "refused" && isSecretName(name)) fail("TFM-REF-009", { name });
		const value = lookUp(options.env, name);
		if (value !== undefined) {
			options.onRead?.(name, value);
			return value;
		}
		if (given.default === null || given.default === undefined) fail("TFM-REF-008", { name });
		return given.default;
	});

/** A setting of dbt's is found under either of its names, `DBT_X` and `DBT_ENGINE_X`; the second one wins (dbt's rule). */
function lookUp(env: EnvOptions["env"], name: string): string | undefined {
	const setting = /^DBT_(?:ENGINE_)?(.+)$/.exec(name)?.[1];
	const names =
		setting !== undefined && DBT_VARIABLES.has(setting) ? [`DBT_ENGINE_${setting}`, `DBT_${setting}`] : [name];
	const found = names.find((one) => Object.hasOwn(env, one) && env[one] !== undefined);
	return found === undefined ? undefined : env[found];
}
