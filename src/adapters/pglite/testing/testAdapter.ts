import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Adapter } from "../../../core/adapter.ts";
import { createPgliteAdapter, type PgliteOptions } from "../adapter.ts";

/** The build's template: a new database is a copy (0.3 s). Without a build initdb makes it (3 s), to the same end. */
export const TEMPLATE = fileURLToPath(new URL("../../../../dist/pglite-template.gz", import.meta.url));

/** The embedded database in a directory, held by this process; still closed. */
export const testAdapter = (dataDir: string, more: Partial<PgliteOptions> = {}): Adapter =>
	createPgliteAdapter({ dataDir, templateFile: TEMPLATE, host: { name: "here", pid: process.pid }, ...more });

/** TypeScript knows it with a browser's types only. */
const compiler = globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<unknown> } };

/**
 * The compiled engine, held for as long as this process lives: V8 gives a thread that compiles the same bytes the code
 * that there is, with all functions that were made fast. Every command would begin again without it, twice as slow.
 */
export const keptEngine: Promise<unknown> = readFile(
	createRequire(import.meta.url).resolve("@electric-sql/pglite/pglite.wasm"),
).then((bytes) => compiler.WebAssembly.compile(bytes));
