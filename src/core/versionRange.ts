/** dbt's semantic versions and bounds: `require-dbt-version`, and `version:` of packages. */
export interface Version {
	readonly numbers: readonly [number, number, number];
	/** `rc1`, `b.2`; empty for a release, which is later than its candidates. */
	readonly pre: string;
}

export interface VersionBound {
	readonly operator: "=" | ">" | "<" | ">=" | "<=";
	readonly version: Version;
	/** As written, blanks trimmed. */
	readonly text: string;
}

const BOUND =
	/^(=|>=|<=|>|<)?\s*v?(\d+)\.(\d+)\.(\d+)(?:-?([0-9A-Za-z][0-9A-Za-z-]*(?:\.[0-9A-Za-z-]+)*))?(?:\+[\w.-]*)?$/;

/** Undefined when the text is no bound. A bare version is an exact one. */
export function parseBound(text: string): VersionBound | undefined {
	const match = BOUND.exec(text.trim());
	if (match === null) return undefined;
	const [, operator = "=", major, minor, patch, pre = ""] = match;
	const numbers = [Number(major), Number(minor), Number(patch)] as const;
	return { operator: operator as VersionBound["operator"], version: { numbers, pre }, text: text.trim() };
}

export function compareVersions(a: Version, b: Version): number {
	for (let i = 0; i < 3; i++) {
		const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
		if (difference !== 0) return difference;
	}
	if (a.pre === b.pre) return 0;
	if (a.pre === "" || b.pre === "") return a.pre === "" ? 1 : -1;
	return comparePre(a.pre.split("."), b.pre.split("."));
}

/** Part by part: numbers by size and before words, words as text; the longer is later. */
function comparePre(a: readonly string[], b: readonly string[]): number {
	for (let i = 0; i < Math.min(a.length, b.length); i++) {
		const [left = "", right = ""] = [a[i], b[i]];
		if (left === right) continue;
		const [leftNumber, rightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)];
		if (leftNumber && rightNumber) return Number(left) - Number(right);
		if (leftNumber !== rightNumber) return leftNumber ? -1 : 1;
		return left < right ? -1 : 1;
	}
	return a.length - b.length;
}

/** A candidate of the very release that an upper bound names is beyond it, as in dbt: `<2.0.0` keeps 2.0.0-rc1 out. */
export function allows({ operator, version }: VersionBound, candidate: Version): boolean {
	const order = compareVersions(candidate, version);
	switch (operator) {
		case "=":
			return order === 0;
		case ">":
			return order > 0;
		case ">=":
			return order >= 0;
		case "<=":
			return order <= 0;
		case "<":
			return (
				order < 0 &&
				!(candidate.pre !== "" && version.pre === "" && candidate.numbers.join() === version.numbers.join())
			);
	}
}

/** Whether `actual` (like "1.12.6") lies within all bounds. */
export function satisfies(actual: string, bounds: readonly VersionBound[]): boolean {
	const version = parseBound(actual)?.version;
	if (version === undefined) throw new Error(`not a version: ${actual}`);
	return bounds.every((bound) => allows(bound, version));
}
