import type { ProjectConfig } from "../../core/config.ts";
import { diagnostic, TfmError } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { readDuration } from "../../core/readDuration.ts";
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
	readonly data: DataSettings;
}

/** How many rows a change may add, remove or change: a number, or a part of the base's rows (`removed_pct: 5`). */
export interface Threshold {
	readonly of: "added" | "removed" | "changed";
	readonly most: number;
	readonly unit: "rows" | "percent";
}

/** Of the stage that builds and compares. */
export interface DataSettings {
	/** The target to build with; null: the files alone are looked at, unless the command line names one. */
	readonly target: string | null;
	/** By whose names all that is not built is read; null: by those of the target. */
	readonly defer: string | null;
	/** What stands for the base's rows: its SQL over the same inputs, or what a target holds (null: the one that is built with). */
	readonly against: "rebuild" | { readonly target: string | null };
	/** How models that keep their rows are built: in full, or from a copy of the table that stands, on both sides. */
	readonly incremental: "rebuild" | "clone";
	/** How long an environment may stay that nobody dropped, milliseconds. */
	readonly expiresMs: number;
	readonly tolerance: { readonly floatRelative?: number; readonly timestampMs?: number };
	/** Patterns of columns whose values do not matter. */
	readonly ignore: readonly string[];
	/** By layer; `*`: all others. */
	readonly thresholds: ReadonlyMap<string, readonly Threshold[]>;
}

const KEYS = [
	"base",
	"state",
	"fail_on",
	"breaking",
	"target",
	"defer",
	"against",
	"incremental",
	"expires",
	"diff",
] as const;
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
		data: {
			target: nameOf("target", written.target, refuse),
			defer: nameOf("defer", written.defer, refuse),
			against: againstOf(written.against, refuse),
			incremental: choice("incremental", ["rebuild", "clone"] as const, "rebuild"),
			expiresMs: expiry(written.expires, refuse),
			...diffSettings(written.diff ?? null, refuse),
		},
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

type Refuse = (key: string, problem: string, suggestion?: string) => void;
type Mapping = { readonly [key: string]: Plain };

const isMapping = (value: Plain): value is Mapping =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function nameOf(key: string, value: Plain | undefined, refuse: Refuse): string | null {
	if (value === undefined || value === null) return null;
	if (typeof value === "string" && value !== "") return value;
	refuse(key, "it is no name of a target");
	return null;
}

function againstOf(value: Plain | undefined, refuse: Refuse): DataSettings["against"] {
	if (value === undefined || value === null || value === "rebuild") return "rebuild";
	if (value === "prod") return { target: null };
	const { target, ...others } = isMapping(value) ? value : {};
	if (typeof target === "string" && target !== "" && Object.keys(others).length === 0) return { target };
	refuse("against", `${JSON.stringify(value)} is none of rebuild, prod, {target: NAME}`);
	return "rebuild";
}

const DAY_MS = 86_400_000;

function expiry(value: Plain | undefined, refuse: Refuse): number {
	if (value === undefined || value === null) return 7 * DAY_MS;
	const days = /^(\d+)\s*d$/.exec(String(value).trim())?.[1];
	const read = days === undefined ? readDuration(String(value)) : Number(days) * DAY_MS;
	if (read === undefined || read <= 0) refuse("expires", `${JSON.stringify(value)} is no time such as 7d or 12h`);
	return read ?? DAY_MS;
}

const DIFF_KEYS = ["tolerance", "ignore", "thresholds"] as const;

function diffSettings(value: Plain, refuse: Refuse): Pick<DataSettings, "tolerance" | "ignore" | "thresholds"> {
	if (value !== null && !isMapping(value)) refuse("diff", "tolerance, ignore and thresholds are expected");
	const written: Mapping = isMapping(value) ? value : {};
	for (const key of Object.keys(written))
		if (!(DIFF_KEYS as readonly string[]).includes(key))
			refuse(`diff.${key}`, "there is no such key", suggestName(key, DIFF_KEYS));
	const { ignore = [] } = written;
	const patterns = Array.isArray(ignore) ? ignore : [ignore];
	if (patterns.some((pattern) => typeof pattern !== "string"))
		refuse("diff.ignore", 'names of columns are expected, such as ["*_loaded_at"]');
	return {
		tolerance: tolerance(written.tolerance ?? null, refuse),
		ignore: patterns.map(String),
		thresholds: thresholds(written.thresholds ?? null, refuse),
	};
}

function tolerance(value: Plain, refuse: Refuse): DataSettings["tolerance"] {
	const expected = "float_rel: 1e-9 and timestamp: 1ms are expected";
	if (value === null) return {};
	if (!isMapping(value)) {
		refuse("diff.tolerance", expected);
		return {};
	}
	const { float_rel: float, timestamp, ...others } = value;
	const relative = float === undefined ? undefined : Number(float);
	const milliseconds = timestamp === undefined ? undefined : readDuration(String(timestamp));
	const wrong =
		Object.keys(others).length > 0 ||
		(relative !== undefined && !(relative >= 0 && relative < 1)) ||
		(timestamp !== undefined && milliseconds === undefined);
	if (wrong) refuse("diff.tolerance", expected);
	return {
		...(relative === undefined ? {} : { floatRelative: relative }),
		...(milliseconds === undefined ? {} : { timestampMs: milliseconds }),
	};
}

function thresholds(value: Plain, refuse: Refuse): ReadonlyMap<string, readonly Threshold[]> {
	const found = new Map<string, readonly Threshold[]>();
	if (value === null) return found;
	const expected = "added, removed or changed with a number of rows, or _pct with a percentage, are expected";
	if (!isMapping(value)) {
		refuse("diff.thresholds", 'a layer, or "*" for all, is expected first');
		return found;
	}
	for (const [layer, limits] of Object.entries(value)) {
		const read = Object.entries(isMapping(limits) ? limits : { "": limits }).map(([key, most]): Threshold | null => {
			const [, of, percent] = /^(added|removed|changed)(_pct)?$/.exec(key) ?? [];
			if (of === undefined || typeof most !== "number" || !(most >= 0)) return null;
			return { of: of as Threshold["of"], most, unit: percent === undefined ? "rows" : "percent" };
		});
		if (read.includes(null)) refuse(`diff.thresholds.${layer}`, expected);
		found.set(
			layer,
			read.flatMap((one) => one ?? []),
		);
	}
	return found;
}
