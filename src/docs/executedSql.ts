import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** What is asked of a node of the manifest. */
export interface RunNode {
	readonly type: string;
	readonly name: string;
	readonly package: string;
	/** Of its file in the project. */
	readonly path: string;
}

/** A text larger than this is nobody's to read. */
const MOST_BYTES = 1024 * 1024;

/**
 * The statements of models and snapshots as the last run here sent them: `target/run`, which tfm and dbt write alike.
 * Null: none are there. Paths come from a manifest that may be anybody's, so nothing is read outside of that folder.
 */
export function executedSql(target: string): (node: RunNode) => string | null {
	const folder = join(target, "run");
	if (!existsSync(folder)) return () => null;
	return ({ type, name, package: owner, path }) => {
		if ((type !== "model" && type !== "snapshot") || path === "") return null;
		const file = join(folder, owner, path, ...(type === "snapshot" ? [`${name}.sql`] : []));
		if (relative(folder, file).split(sep)[0] === "..") return null;
		const found = statSync(file, { throwIfNoEntry: false });
		return found?.isFile() === true && found.size <= MOST_BYTES ? readFileSync(file, "utf8") : null;
	};
}
