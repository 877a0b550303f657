import type { ProjectConfig } from "../../core/config.ts";
import { diagnostic, TfmError } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { suggestName } from "../../core/suggestName.ts";

/** Where states of commits are kept. */
export type StateStoreSettings =
	| { readonly kind: "none" }
	| { readonly kind: "folder"; readonly path: string }
	| { readonly kind: "branch"; readonly branch: string }
	/** Run by the shell; `put` null: only read. */
	| { readonly kind: "commands"; readonly get: string; readonly put: string | null };

export type FailOn = "error" | "warn" | "never";

export interface CiSettings {
	/** What the change is to be merged into; null: what the CI service says, else `origin/main`. */
	readonly base: string | null;
	readonly state: StateStoreSettings;
	readonly failOn: FailOn;
	/** Severity of a change that can break readers. */
	readonly breaking: "error" | "warning";
}

const KEYS = ["base", "state", "fail_on", "breaking"] as const;
const FAIL_ON = ["error", "warn", "never"] as const;

/** `ci:` of the project file. Throws TFM-CI-005, all mistakes together. */
export function ciSettings({ tfm, places }: Pick<ProjectConfig, "tfm" | "places">): CiSettings {
	const written = (tfm?.ci ?? {}) as { readonly [key: string]: Plain };
	const at = places.get("ci");
	const problems: ReturnType<typeof diagnostic>[] = [];
	const refuse = (key: string, problem: string, suggestion?: string): void =>
		void problems.push(diagnostic("TFM-CI-005", { key, problem, suggestion }, { at }));
	for (const key of Object.keys(written))
		if (!(KEYS as readonly string[]).includes(key)) refuse(key, "there is no such key", suggestName(key, KEYS));
	const choice = <T extends string>(key: string, allowed: readonly T[], fallback: T): T => {
		const value = written[key];
		if (value === undefined || value === null) return fallback;
		const found = allowed.find((one) => one === value);
		if (found === undefined) refuse(key, `${JSON.stringify(value)} is none of ${allowed.join(", ")}`);
		return found ?? fallback;
	};
	const { base = null } = written;
	if (base !== null && typeof base !== "string") refuse("base", "it is no name of a branch or commit");
	const settings: CiSettings = {
		base: typeof base === "string" && base !== "merge-base" ? base : null,
		state: stateStore(written.state ?? null, refuse),
		failOn: choice("fail_on", FAIL_ON, "error"),
		breaking: choice("breaking", ["error", "warning"] as const, "warning"),
	};
	if (problems.length > 0) throw new TfmError(problems);
	return settings;
}

/** `branch:NAME`, a folder, or `{get, put}`. */
function stateStore(value: Plain, refuse: (key: string, problem: string) => void): StateStoreSettings {
	if (value === null) return { kind: "none" };
	if (typeof value === "string") {
		const branch = /^branch:(.+)$/.exec(value)?.[1];
		return branch === undefined ? { kind: "folder", path: value } : { kind: "branch", branch };
	}
	const { get, put = null } = value as { readonly get?: Plain; readonly put?: Plain };
	if (typeof get === "string" && (put === null || typeof put === "string")) return { kind: "commands", get, put };
	refuse("state", "a folder, branch:NAME, or the commands get and put are expected");
	return { kind: "none" };
}
