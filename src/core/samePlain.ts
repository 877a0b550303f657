/** Python's `==` on plain values: true is 1, false is 0, lists and mappings by what they hold, keys in any order. */
export function samePlain(a: unknown, b: unknown): boolean {
	const [x, y] = [a, b].map((value) => (typeof value === "boolean" ? Number(value) : value));
	if (typeof x !== "object" || typeof y !== "object" || x === null || y === null) return x === y;
	if (Array.isArray(x) !== Array.isArray(y)) return false;
	const keys = Object.keys(x);
	return (
		keys.length === Object.keys(y).length &&
		keys.every((key) => Object.hasOwn(y, key) && samePlain(Reflect.get(x, key), Reflect.get(y, key)))
	);
}
