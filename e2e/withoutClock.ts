/** A snapshot's table as both tools leave it, without what depends on when and how often it was run. */
export interface Dump {
	/** Name and type. */
	readonly columns: readonly (readonly [name: string, type: string])[];
	/** Every value as text. */
	readonly rows: readonly (readonly (string | null)[])[];
}

/** The projects' own times are before 2026; a later one is the clock's, and 9999 a version's open end. */
const byClock = (cell: string | null): cell is string => cell !== null && cell >= "2026-01-01" && cell < "9000";
const isTime = (type: string): boolean => type === "date" || type.startsWith("timestamp");

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** dbt makes a column longer by adding a new one at the end, so the order of columns says nothing. */
function byName({ columns, rows }: Dump): Dump {
	const order = columns.map(([name], i) => ({ name, i })).sort((a, b) => byText(a.name, b.name));
	return { columns: order.map(({ i }) => columns[i]!), rows: rows.map((row) => order.map(({ i }) => row[i]!)) };
}

/**
 * One text per row, sorted. The instants of the clock become their ranks within the table; the id of a version that
 * began by the clock, a hash of that instant, becomes the number of its first appearance. Ids of other versions stay.
 */
export function withoutClock(dump: Dump, names: { readonly id: string; readonly since: string }): Dump {
	const { columns, rows } = byName(dump);
	const at = (name: string): number => columns.findIndex(([column]) => column === name);
	const [id, since] = [at(names.id), at(names.since)];
	const times = columns.map(([, type]) => isTime(type));
	const instants = [...new Set(rows.flatMap((row) => row.filter((cell, i) => times[i] && byClock(cell))))].sort();
	const ranked = rows.map((row) => ({
		hashed: byClock(row[since] ?? null),
		cells: row.map((cell, i) => (times[i] && byClock(cell) ? `clock ${instants.indexOf(cell) + 1}` : cell)),
	}));
	const key = (cells: readonly (string | null)[]): string => JSON.stringify(cells.map((c, i) => (i === id ? "" : c)));
	ranked.sort((a, b) => byText(key(a.cells), key(b.cells)));
	const numbers = new Map<string | null, number>();
	for (const { hashed, cells } of ranked) {
		const own = cells[id] ?? null;
		if (!hashed) continue;
		if (!numbers.has(own)) numbers.set(own, numbers.size + 1);
		cells[id] = `version ${numbers.get(own)}`;
	}
	return { columns, rows: ranked.map(({ cells }) => cells) };
}
