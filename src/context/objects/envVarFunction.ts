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
		const value = Object.hasOwn(options.env, name) ? options.env[name] : undefined;
		if (value !== undefined) {
			options.onRead?.(name, value);
			return value;
		}
		if (given.default === null || given.default === undefined) fail("TFM-REF-008", { name });
		return given.default;
	});
