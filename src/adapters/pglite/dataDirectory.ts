import {
	accessSync,
	constants,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmdirSync,
	rmSync,
	statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fail } from "../../core/diagnostic.ts";
import { makeFolders } from "../../core/makeFolders.ts";
import { failOnFile } from "./fileProblem.ts";
import { unpackTemplate } from "./templateArchive.ts";

/** The major version of the Postgres inside PGlite; its data directories carry it in PG_VERSION. */
export const POSTGRES_MAJOR = "18";

/** Where the directory really is, so that two ways to write its name meet at one lock. Creates the parent. */
export function resolveDataDir(dataDir: string): string {
	try {
		makeFolders(dirname(dataDir), { existsSync, mkdirSync });
		return existsSync(dataDir) ? realpathSync(dataDir) : join(realpathSync(dirname(dataDir)), basename(dataDir));
	} catch (error) {
		return failOnFile(error, dataDir);
	}
}

/** Whether a database stands there; anything that is not one of ours is refused and left alone. */
function holdsDatabase(dataDir: string): boolean {
	if (!existsSync(dataDir)) return false;
	if (!statSync(dataDir).isDirectory()) fail("TFM-DB-004", { path: dataDir, problem: "file" });
	const names = readdirSync(dataDir);
	if (names.length === 0) return false;
	if (!names.includes("PG_VERSION")) fail("TFM-DB-004", { path: dataDir, problem: "foreign" });
	const found = readFileSync(join(dataDir, "PG_VERSION"), "utf8").trim();
	if (found !== POSTGRES_MAJOR)
		if (/^\d+(\.\d+)?$/.test(found)) fail("TFM-DB-005", { path: dataDir, found, needed: POSTGRES_MAJOR });
		else fail("TFM-DB-006", { path: dataDir, problem: "its PG_VERSION is not a version" });
	for (const part of ["", "base", "global", "pg_wal"])
		if (existsSync(join(dataDir, part))) accessSync(join(dataDir, part), constants.W_OK | constants.R_OK);
		else fail("TFM-DB-006", { path: dataDir, problem: `its folder ${part} is missing` });
	return true;
}

/**
 * Makes sure that a database stands at `dataDir`; call it under the directory's lock. A new one is built beside it and
 * renamed when whole, so a first start that is killed leaves nothing that could be taken for a database. With a
 * template that is a matter of copying files (0.1 s); without, `initdb` is asked to make one (3 s).
 */
export async function ensureDataDirectory(
	dataDir: string,
	templateFile: string | undefined,
	initdb: (dir: string) => Promise<void>,
): Promise<void> {
	const building = `${dataDir}.new`;
	try {
		if (existsSync(building)) rmSync(building, { recursive: true });
		if (holdsDatabase(dataDir)) return;
		mkdirSync(building, { mode: 0o700 });
		if (templateFile !== undefined && existsSync(templateFile)) unpackTemplate(templateFile, building);
		else await initdb(building);
		// Renaming over an empty directory is not allowed everywhere.
		if (existsSync(dataDir)) rmdirSync(dataDir);
		renameSync(building, dataDir);
	} catch (error) {
		rmSync(building, { recursive: true, force: true });
		failOnFile(error, dataDir);
	}
}
