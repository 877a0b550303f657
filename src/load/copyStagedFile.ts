import type { Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { LandingStageDialect, StageNames } from "../core/landingDialect.ts";
import type { LoadSpec } from "./loadSpec.ts";

export interface StagedCopy {
	readonly names: StageNames;
	readonly stage: string;
	/** Where the file stands below the stage. */
	readonly below: string;
	/** What rows call it. */
	readonly path: string;
	readonly loadedAt: string;
	readonly onError: LoadSpec["onError"];
	/** So many misfits are wanted by their reason. */
	readonly told: number;
}

export interface StagedCounts {
	readonly taken: number;
	readonly rejected: number;
	/** Of the statement that brought the rows in. */
	readonly queryId: string | undefined;
	readonly misfits: readonly { readonly row: number; readonly reason: string }[];
}

/**
 * The rows and rejects of one file of a stage, in the open transaction. Throws TFM-LOAD-021 where the load says
 * `on_error: fail`.
 */
export async function copyStagedFile(
	session: Session,
	staging: LandingStageDialect,
	{ names, stage, below, path, loadedAt, onError, told }: StagedCopy,
): Promise<StagedCounts> {
	await session.execute(staging.copy(names, stage, below).join(";\n"));
	const { rows } = await session.query(staging.misfits(names, Math.max(1, told)));
	const misfits = rows.map(([row, reason]) => ({ row: Number(row), reason: String(reason) }));
	const [first] = misfits;
	if (first !== undefined && onError === "fail") fail("TFM-LOAD-021", { file: path, ...first });
	const own = [path, loadedAt];
	const { rowCount: taken, queryId } = await session.query(staging.insertRows(names), own);
	const rejected = first === undefined ? 0 : (await session.query(staging.insertRejects(names), own)).rowCount;
	return { taken: taken ?? 0, rejected: rejected ?? 0, misfits: misfits.slice(0, told), queryId };
}
