import type { Session } from "../core/adapter.ts";
import type { ResultColumn, ResultTable } from "../core/resultTable.ts";
import type { Write } from "./atomicFile.ts";
import { type DecimalShape, declaredDecimal, type ParquetTarget, parquetTarget } from "./parquetColumns.ts";

/** Rows of a group, and with them what is held in memory. */
const GROUP = 50_000;

/** Writes a Parquet file with pages packed by snappy, a group of rows at a time; returns how many rows. */
export async function writeParquet(
	batches: AsyncIterable<ResultTable>,
	decimals: (columns: readonly ResultColumn[]) => readonly (DecimalShape | undefined)[],
	write: Write,
): Promise<number> {
	const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
	const bytes = new ByteWriter() as InstanceType<typeof ByteWriter> & { index: number };
	let targets: readonly ParquetTarget[] = [];
	let writer: InstanceType<typeof ParquetWriter> | undefined;
	let held: unknown[][] = [];
	let rows = 0;
	const send = async (): Promise<void> => {
		await write(Uint8Array.from(bytes.getBytes()));
		bytes.index = 0;
	};
	const group = async (): Promise<void> => {
		if (held[0] === undefined || held[0].length === 0) return;
		const columnData = targets.map((target, i) => ({ name: target.element.name, data: held[i]! }));
		await writer!.write({ columnData, rowGroupSize: GROUP });
		held = targets.map(() => []);
		await send();
	};
	for await (const { columns, rows: batch } of batches) {
		if (writer === undefined) {
			const shapes = decimals(columns);
			targets = columns.map((column, i) => parquetTarget(column, shapes[i]));
			const root = { name: "root", num_children: targets.length };
			writer = new ParquetWriter({ writer: bytes, schema: [root, ...targets.map((t) => t.element)], createdBy: "tfm" });
			held = targets.map(() => []);
		}
		for (const row of batch) {
			for (const [i, target] of targets.entries()) {
				const value = row[i] ?? null;
				held[i]!.push(value === null ? null : target.write(value));
			}
			if (held[0]!.length >= GROUP) await group();
		}
		rows += batch.length;
	}
	await group();
	await writer?.finish();
	await send();
	return rows;
}

/**
 * How many digits the decimals of a query have: those that are declared, or for a bare `numeric` those of its values,
 * which are asked for. A column that holds NaN or more than fit has none, and becomes text.
 */
export async function decimalShapes(
	session: Session,
	sql: string,
	quote: (name: string) => string,
): Promise<(columns: readonly ResultColumn[]) => readonly (DecimalShape | undefined)[]> {
	const { columns } = await session.query(`select * from (${sql}) as asked limit 0`);
	const bare = columns.filter((column) => column.family === "decimal" && declaredDecimal(column) === undefined);
	const found = new Map<string, DecimalShape>();
	if (bare.length > 0) {
		const facts = bare.map(({ name }) => {
			const c = quote(name);
			return `max(scale(${c})), max(length(trunc(abs(${c}))::text)), bool_or(${c}::text in ('NaN', 'Infinity', '-Infinity'))`;
		});
		const { rows } = await session.query(`select ${facts.join(", ")} from (${sql}) as asked`);
		for (const [i, { name }] of bare.entries()) {
			const [scale, whole, odd] = (rows[0] ?? []).slice(i * 3, i * 3 + 3);
			if (odd === true) continue;
			const shape = { scale: Number(scale ?? 0), precision: Math.max(1, Number(whole ?? 0) + Number(scale ?? 0)) };
			found.set(name, shape);
		}
	}
	return (asked) => asked.map((column) => declaredDecimal(column) ?? found.get(column.name));
}
