/** What a profile needs to know, in the form of dbt's profile_template.yml, and the answers that make a target of it. */
import { fail } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { isMapping, type PlainMapping } from "../yaml/shapeCheck.ts";
import type { Engine } from "./initFiles.ts";

export interface ProfileTemplate {
	/** Taken over as they are. */
	readonly fixed: PlainMapping;
	/** By key: `hint`, `default`, `type`, `hide_input`; `_choose_x`: options, each with prompts; `_fixed_x`: a value. */
	readonly prompts: PlainMapping;
}

/** Null: nobody can be asked, and what has a default takes it. */
export type Ask = ((question: string) => Promise<string>) | null;

const secret = (variable: string): PlainMapping => ({ default: variable, hide_input: true });

/** Those of tfm's own; keys and defaults of `postgres` are those of dbt's. */
export const TEMPLATES: Readonly<Record<Engine, ProfileTemplate>> = {
	pglite: { fixed: { type: "pglite" }, prompts: { schema: { default: "dev" } } },
	postgres: {
		fixed: { type: "postgres" },
		prompts: {
			host: { hint: "hostname for the instance" },
			port: { default: 5432, type: "int" },
			user: { hint: "dev username" },
			pass: secret("PGPASSWORD"),
			dbname: { hint: "default database that models are built in" },
			schema: { hint: "default schema that models are built in" },
			threads: { hint: "1 or more", type: "int", default: 1 },
		},
	},
	snowflake: {
		fixed: { type: "snowflake" },
		prompts: {
			account: { hint: "such as myorg-myaccount" },
			user: { hint: "dev username" },
			password: secret("SNOWFLAKE_PASSWORD"),
			role: { hint: "dev role" },
			warehouse: { hint: "warehouse name" },
			database: { hint: "default database that models are built in" },
			schema: { hint: "default schema that models are built in" },
			threads: { hint: "1 or more", type: "int", default: 1 },
		},
	},
};

/** The fields of a target, in the order in which they were asked for. Throws TFM-INIT-003 and TFM-INIT-006. */
export async function answerTemplate(template: ProfileTemplate, ask: Ask): Promise<PlainMapping> {
	return { ...template.fixed, ...(await answers(template.prompts, ask)) };
}

async function answers(prompts: PlainMapping, ask: Ask): Promise<PlainMapping> {
	const found: { [key: string]: Plain } = {};
	for (const [key, prompt] of Object.entries(prompts)) {
		if (key.startsWith("_choose")) {
			const options = isMapping(prompt) ? prompt : {};
			const chosen = options[await chooseOption(key.slice(8).replaceAll("_", " "), Object.keys(options), ask)];
			Object.assign(found, await answers(isMapping(chosen) ? chosen : {}, ask));
		} else if (key.startsWith("_fixed")) found[key.slice(7)] = prompt ?? null;
		else found[key] = await answerPrompt(key, isMapping(prompt) ? prompt : {}, ask);
	}
	return found;
}

async function chooseOption(what: string, options: readonly string[], ask: Ask): Promise<string> {
	if (ask === null) fail("TFM-INIT-006", { key: what });
	const list = options.map((option, i) => `[${i + 1}] ${option}`).join("\n");
	const given = (await ask(`${list}\nDesired ${what} option (enter a number) `)).trim();
	return options[Number(given) - 1] ?? fail("TFM-INIT-003", { given, options: options.map((_, i) => String(i + 1)) });
}

/** What must not be seen is not asked for: the file names the variable of the environment that holds it. */
async function answerPrompt(key: string, prompt: PlainMapping, ask: Ask): Promise<Plain> {
	const hidden = prompt.hide_input === true;
	const byDefault = prompt.default ?? (hidden ? `DBT_ENV_SECRET_${key.toUpperCase()}` : null);
	const hint = hidden ? "the variable that holds it" : prompt.hint;
	const shown = `${key}${hint == null ? "" : ` (${String(hint)})`}${byDefault === null ? "" : ` [${String(byDefault)}]`}: `;
	for (;;) {
		const given = ask === null ? "" : (await ask(shown)).trim();
		const value = given === "" ? byDefault : typed(given, prompt.type);
		if (value === undefined) continue;
		if (value !== null) return hidden ? `{{ env_var('${String(value)}') }}` : value;
		if (ask === null) fail("TFM-INIT-006", { key });
	}
}

/** Undefined: not of that type, to be asked again. */
function typed(given: string, type: Plain | undefined): Plain | undefined {
	if (type === "int") return /^[+-]?\d+$/.test(given) ? Number(given) : undefined;
	if (type === "float") return given !== "" && Number.isFinite(Number(given)) ? Number(given) : undefined;
	if (type !== "bool") return given;
	if (/^(?:true|t|yes|y|on|1)$/i.test(given)) return true;
	return /^(?:false|f|no|n|off|0)$/i.test(given) ? false : undefined;
}
