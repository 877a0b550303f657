import { fileURLToPath } from "node:url";
import type { Adapter } from "../../../core/adapter.ts";
import { createPgliteAdapter, type PgliteOptions } from "../adapter.ts";

/** The build's template: a new database is a copy (0.3 s). Without a build initdb makes it (3 s), to the same end. */
export const TEMPLATE = fileURLToPath(new URL("../../../../dist/pglite-template.gz", import.meta.url));

/** The embedded database in a directory, held by this process; still closed. */
export const testAdapter = (dataDir: string, more: Partial<PgliteOptions> = {}): Adapter =>
	createPgliteAdapter({ dataDir, templateFile: TEMPLATE, host: { name: "here", pid: process.pid }, ...more });
