import { readSize } from "../../core/byteSize.ts";
import type { ProjectConfig } from "../../core/config.ts";
import { diagnostic, TfmError } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { suggestName } from "../../core/suggestName.ts";

export interface EnvironmentSettings {
	/** Tables of incremental models that are no larger are copied into an environment, bytes. */
	readonly cloneUpTo: number;
}

const KEYS = ["clone_up_to"] as const;
/** Copied in seconds; a larger table says how large it is. */
const CLONE_UP_TO = 1_000_000_000;

/** `environments:` of the project file. Throws TFM-ENV-008, all mistakes together. */
export function environmentSettings({ tfm, places }: Pick<ProjectConfig, "tfm" | "places">): EnvironmentSettings {
	const written = (tfm?.environments ?? {}) as { readonly [key: string]: Plain };
	const at = places.get("environments");
	const problems = Object.keys(written)
		.filter((key) => !(KEYS as readonly string[]).includes(key))
		.map((key) => {
			const facts = { key, problem: "there is no such key", suggestion: suggestName(key, KEYS) };
			return diagnostic("TFM-ENV-008", facts, { at });
		});
	const { clone_up_to: size = null } = written;
	const cloneUpTo = size === null ? CLONE_UP_TO : readSize(String(size));
	if (cloneUpTo === undefined) {
		const problem = `${JSON.stringify(size)} is no size such as 500MB, 2GB or 0`;
		problems.push(diagnostic("TFM-ENV-008", { key: "clone_up_to", problem, suggestion: undefined }, { at }));
	}
	if (problems.length > 0) throw new TfmError(problems);
	return { cloneUpTo: cloneUpTo ?? CLONE_UP_TO };
}
