import type { Environment } from "./readEnvironment.ts";

const SECRET_PREFIXES = ["DBT_ENV_SECRET", "TFM_ENV_SECRET"];

/** Values of the environment variables that dbt calls secret; those of profiles are known only once they are read. */
export const secretValues = (env: Environment): readonly string[] =>
	Object.entries(env).flatMap(([name, value]) =>
		value !== undefined && value !== "" && SECRET_PREFIXES.some((prefix) => name.startsWith(prefix)) ? [value] : [],
	);

/** The command line with secrets replaced, which a shell may have put into it. */
export function scrubSecrets(text: string, env: Environment): string {
	let scrubbed = text;
	for (const value of secretValues(env)) scrubbed = scrubbed.replaceAll(value, "*****");
	return scrubbed;
}
