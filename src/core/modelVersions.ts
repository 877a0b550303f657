/** Which version of a model is newer: numbers by size where both are numbers, else by text (dbt: UnparsedVersion). */
export function compareModelVersions(a: string | number, b: string | number): number {
	const [x, y] = [Number(a), Number(b)];
	if (Number.isFinite(x) && Number.isFinite(y)) return x - y;
	return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}
