import type { ColumnTypes } from "../core/columnTypes.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { SeedNode } from "../core/node.ts";
import type { SeedTable } from "./readSeed.ts";

/** Digits behind the point that are not all zeros. */
const FRACTION = /^\s*[-+]?[\d,]*\.(\d*[1-9])0*\s*$/;

interface Rounded {
	values: number;
	/** The most digits behind the point of any value. */
	digits: number;
	readonly firstRow: number;
}

/**
 * What a seed's `column_types` lose: TFM-LOAD-035 for each column whose type keeps no digits behind the point where
 * values of the file have some, with the place of the first. The file is read once more, and only for such a column.
 */
export async function remarksOnRounding(
	node: SeedNode,
	table: Pick<SeedTable, "columns" | "batches" | "placeOf">,
	types: Pick<ColumnTypes, "rounds">,
): Promise<readonly Diagnostic[]> {
	const suspects = table.columns.flatMap(({ ddl, fractions }, i) => (fractions && types.rounds(ddl) ? [i] : []));
	if (suspects.length === 0) return [];
	const found = new Map<number, Rounded>();
	let row = 0;
	for await (const batch of table.batches())
		for (const values of batch) {
			row++;
			for (const column of suspects) {
				const digits = FRACTION.exec(values[column] ?? "")?.[1]?.length;
				if (digits === undefined) continue;
				const known = found.get(column) ?? { values: 0, digits: 0, firstRow: row };
				found.set(column, { ...known, values: known.values + 1, digits: Math.max(known.digits, digits) });
			}
		}
	const remarks = [...found].map(async ([column, { values, digits, firstRow }]) => {
		const { name, ddl: type } = table.columns[column]!;
		const place = await table.placeOf(firstRow, column);
		const facts = { seed: node.name, column: name, type, values, digits };
		return diagnostic("TFM-LOAD-035", facts, { ...(place ?? { at: node.location }), severity: "warning" });
	});
	return Promise.all(remarks);
}
