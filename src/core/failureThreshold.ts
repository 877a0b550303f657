/** A `warn_if` or `error_if` that compares with a number: `> 10`. */
export interface FailureThreshold {
	readonly holds: (failures: number) => boolean;
	/** The comparison that holds where this one does not: `<= 10`. */
	readonly opposite: string;
}

const OPPOSITE = { "=": "!=", "!=": "=", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">" } as const;

/** Null: more than a comparison with a number, which only a database can answer. */
export function failureThreshold(condition: string): FailureThreshold | null {
	const [, operator, limit] = /^\s*(!=|<>|<=|>=|<|>|=)\s*(\d{1,15})\s*$/.exec(condition) ?? [];
	if (operator === undefined) return null;
	const than = Number(limit);
	return {
		holds: comparison(operator as keyof typeof OPPOSITE, than),
		opposite: `${OPPOSITE[operator as keyof typeof OPPOSITE]} ${than}`,
	};
}

function comparison(operator: keyof typeof OPPOSITE, than: number): FailureThreshold["holds"] {
	switch (operator) {
		case "=":
			return (failures) => failures === than;
		case "<":
			return (failures) => failures < than;
		case ">":
			return (failures) => failures > than;
		case "<=":
			return (failures) => failures <= than;
		case ">=":
			return (failures) => failures >= than;
		default:
			return (failures) => failures !== than;
	}
}
