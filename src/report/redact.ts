/** What stands in place of a secret, as in dbt's logs. */
const MASK = "*****";
/** Shorter values would blot out half of every text and hide nothing: a one-letter password shows by its holes. */
const LEAST_LENGTH = 3;
/**
 * Fields whose words are tfm's own or names of the project. A password "postgres" must not turn the engine's name into
 * stars, nor a node's id, by which subscribers look the node up.
 */
const NAMES = new Set(
	"event engine status command resource_type materialized kind way code node_id unique_id node test name layer published held blocked failed".split(
		" ",
	),
);

/**
 * Makes a function that returns its argument with every secret value replaced in every string, at any depth. Values
 * are also found in the form they take inside a URL. Nothing to replace: the same object comes back.
 */
export function createRedactor(secrets: readonly string[]): <T>(value: T) => T {
	const needles = [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
		.filter((needle) => needle.length >= LEAST_LENGTH)
		// A longer secret may contain a shorter one.
		.sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
	if (needles.length === 0) return (value) => value;

	const inText = (text: string): string => {
		let clean = text;
		for (const needle of needles) if (clean.includes(needle)) clean = clean.replaceAll(needle, MASK);
		return clean;
	};
	const inValue = (value: unknown): unknown => {
		if (typeof value === "string") return inText(value);
		if (typeof value !== "object" || value === null) return value;
		if (Array.isArray(value)) {
			const clean = value.map(inValue);
			return clean.some((item, index) => item !== value[index]) ? clean : value;
		}
		let changed = false;
		const clean: Record<string, unknown> = {};
		for (const [key, item] of Object.entries(value)) {
			clean[key] = NAMES.has(key) && isNames(item) ? item : inValue(item);
			changed ||= clean[key] !== item;
		}
		return changed ? clean : value;
	};
	return <T>(value: T): T => inValue(value) as T;
}

const isNames = (value: unknown): boolean =>
	typeof value === "string" || (Array.isArray(value) && value.every((item) => typeof item === "string"));
