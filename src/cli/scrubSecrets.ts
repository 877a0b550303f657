import type { Environment } from "./readEnvironment.ts";

const SECRET_PREFIXES = ["DBT_ENV_SECRET", "TFM_ENV_SECRET"];

/** Replaces the values of secret environment variables, which a shell may have put into the command line. */
export function scrubSecrets(text: string, env: Environment): string {
	let scrubbed = text;
	for (const [name, value] of Object.entries(env)) {
		if (value === undefined || value === "" || !SECRET_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
		scrubbed = scrubbed.replaceAll(value, "*****");
	}
	return scrubbed;
}
