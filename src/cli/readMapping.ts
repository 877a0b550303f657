import { fail } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";

/**
 * The YAML or JSON mapping of `--vars` and `--args`. Scalars as dbt's reader has them: yes/no and on/off are booleans.
 * Dates stay text, which is how a template shows them. Throws TFM-CLI-009.
 */
export async function readMapping(option: string, text: string): Promise<{ readonly [key: string]: Plain }> {
	if (text.trim() === "") return {};
	const yaml = await import("js-yaml");
	const bool = new yaml.Type("tag:yaml.org,2002:bool", {
		kind: "scalar",
		resolve: (data: unknown) => typeof data === "string" && /^(yes|no|on|off|true|false)$/i.test(data),
		construct: (data: string) => /^(yes|on|true)$/i.test(data),
	});
	let value: unknown;
	try {
		value = yaml.load(text, { schema: yaml.CORE_SCHEMA.extend({ implicit: [bool] }) });
	} catch (error) {
		if (!(error instanceof yaml.YAMLException)) throw error;
		return fail("TFM-CLI-009", { option, problem: error.reason });
	}
	if (value === null || value === undefined) return {};
	if (typeof value !== "object" || Array.isArray(value)) {
		return fail("TFM-CLI-009", { option, problem: `it is ${Array.isArray(value) ? "a list" : "a single value"}` });
	}
	return value as { readonly [key: string]: Plain };
}
