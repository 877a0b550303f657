import { fail } from "../core/diagnostic.ts";
import { suggestName } from "../core/suggestName.ts";
import type { WarningPolicy } from "../core/warningPolicy.ts";
import { readMapping } from "./readMapping.ts";

/** dbt's older words for the first two lists. */
const ALIASES = { error: "include", warn: "exclude", silence: null } as const;

/** dbt refuses names that it does not have; a code of tfm's says for itself what it is. */
function checkName(option: string, name: string, known: ReadonlySet<string>): void {
	if (known.has(name) || /^TFM-[A-Z]+-\d{3}$/.test(name)) return;
	fail("TFM-CLI-003", {
		option,
		value: name,
		expected: "dbt's name of a warning, or a code of tfm",
		suggestion: suggestName(name, known),
		dbt: `${name} is not a valid dbt error name.`,
	});
}

/** `{error: all, warn: […], silence: […]}`, or dbt's older `include` and `exclude`. Throws TFM-CLI-003, 008, 009. */
export async function readWarningPolicy(option: string, text: string): Promise<WarningPolicy> {
	const written = await readMapping(option, text);
	const wrong = (expected: string): never => fail("TFM-CLI-003", { option, value: text, expected });
	const unknown = Object.keys(written).find((key) => !["error", "warn", "silence", "include", "exclude"].includes(key));
	if (unknown !== undefined) return wrong(`the keys error, warn and silence, not ${unknown}`);
	const { DBT_EVENT_NAMES: known } = await import("../core/dbtEventNames.ts");
	const list = (key: keyof typeof ALIASES): "all" | readonly string[] => {
		const old = ALIASES[key];
		if (old !== null && written[key] != null && written[old] != null)
			fail("TFM-CLI-008", { first: `${option} ${key}`, second: old });
		const value = written[key] ?? (old === null ? undefined : written[old]) ?? [];
		if (key === "error" && (value === "all" || value === "*")) return "all";
		if (Array.isArray(value) && value.every((name) => typeof name === "string")) {
			for (const name of value as readonly string[]) checkName(option, name, known);
			return value as readonly string[];
		}
		return wrong(`a list of names under ${key}${key === "error" ? ", or all" : ""}`);
	};
	const names = (key: "warn" | "silence"): readonly string[] => list(key) as readonly string[];
	const old = (["include", "exclude"] as const).filter((key) => written[key] != null);
	return {
		error: list("error"),
		warn: names("warn"),
		silence: names("silence"),
		...(old.length === 0 ? {} : { old }),
	};
}
