import { readFileSync } from "node:fs";
import { join } from "node:path";

/** dist/site/files.json: what scripts/build.mjs made of site/. */
export interface AppFiles {
	readonly entry: string;
	readonly style: string;
	/** A program of its own, for a thread. */
	readonly worker: string;
	readonly scripts: readonly string[];
	readonly styles: readonly string[];
}

export const appFiles = (app: string): AppFiles =>
	JSON.parse(readFileSync(join(app, "files.json"), "utf8")) as AppFiles;
