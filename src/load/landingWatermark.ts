import type { Dialect, Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { SourceNode } from "../core/node.ts";
import { storedName } from "../core/storedName.ts";
import { existingColumns } from "./landingTable.ts";
import { readLoadSpec } from "./loadSpec.ts";

/**
 * The highest value of the column that a source's `load:` block calls its watermark, as the database prints it; null
 * before anything is loaded. Throws TFM-LOAD-030 where there is no such column.
 */
export async function landingWatermark(session: Session, dialect: Dialect, source: SourceNode): Promise<string | null> {
	const name = `${source.source_name}.${source.name}`;
	const written = readLoadSpec(source).watermark;
	const watermark = written === null ? null : dialect.landing.columnName(written);
	if (watermark === null)
		fail("TFM-LOAD-030", { table: name, problem: "declares no watermark" }, { at: source.location });
	const table = storedName(source, dialect);
	const columns = await existingColumns(session, table);
	if (columns === undefined) return null;
	if (!columns.some((column) => column.name === watermark))
		fail("TFM-LOAD-030", { table: name, problem: `has no column ${watermark}` }, { at: source.location });
	const { rows } = await session.query(
		`select cast(max(${dialect.quote(watermark)}) as ${dialect.landing.types.text}) from ${dialect.render(table)}`,
	);
	const [[highest] = []] = rows;
	return highest === null || highest === undefined ? null : String(highest);
}
