/** `require-dbt-version`: dbt's version specifiers, `>=1.5.0,<2.0.0` or a list of such. */
interface Version {
	readonly numbers: readonly [number, number, number];
	/** `rc1`, `b2`; empty for a release, which is later than its candidates. */
	readonly pre: string;
}

export interface VersionBound {
	readonly operator: "=" | ">" | "<" | ">=" | "<=";
	readonly version: Version;
}

const BOUND = /^\s*(=|>=|<=|>|<)?\s*v?(\d+)\.(\d+)\.(\d+)(?:[-.]?((?:a|b|rc|alpha|beta)[.-]?\d*))?(?:\+[\w.]+)?\s*$/;

/** Undefined when the text is no requirement. */
export function parseBound(text: string): VersionBound | undefined {
	const match = BOUND.exec(text);
	if (match === null) return undefined;
	const [, operator = "=", major, minor, patch, pre = ""] = match;
	const numbers = [Number(major), Number(minor), Number(patch)] as const;
	return { operator: operator as VersionBound["operator"], version: { numbers, pre } };
}

function compare(a: Version, b: Version): number {
	for (let i = 0; i < 3; i++) {
		const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
		if (difference !== 0) return difference;
	}
	if (a.pre === b.pre) return 0;
	if (a.pre === "" || b.pre === "") return a.pre === "" ? 1 : -1;
	return a.pre < b.pre ? -1 : 1;
}

const HOLDS: Readonly<Record<VersionBound["operator"], (order: number) => boolean>> = {
	"=": (order) => order === 0,
	">": (order) => order > 0,
	"<": (order) => order < 0,
	">=": (order) => order >= 0,
	"<=": (order) => order <= 0,
};

/** Whether `actual` (like "1.12.6") lies within all bounds. */
export function satisfies(actual: string, bounds: readonly VersionBound[]): boolean {
	const version = parseBound(actual)?.version;
	if (version === undefined) throw new Error(`not a version: ${actual}`);
	return bounds.every((bound) => HOLDS[bound.operator](compare(version, bound.version)));
}
