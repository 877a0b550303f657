import { existsSync, mkdirSync, writeFile as writeFileThen } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { compiledEphemerals } from "../compile/injectCtes.ts";
import type { RunEvent } from "../core/events.ts";
import { makeFolders } from "../core/makeFolders.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeResult } from "../core/result.ts";
import { sqlPath } from "../core/sqlPath.ts";
import type { Subscriber } from "../report/report.ts";
import { writeSql } from "./artifacts.ts";
import type { OpenProject } from "./openProject.ts";
import { standsAlready } from "./standsAlready.ts";

/** `node:fs/promises` opens a handle object per file, which costs more than the write. */
const writeFile = promisify(writeFileThen);

/** Files being written at once: enough to keep a disk busy, few enough to leave threads for name lookups. */
const AT_ONCE = 3;

export interface SqlWriter extends Subscriber {
	/** Resolves when all that was received is on disk; rejects with the first write that failed. */
	written(): Promise<void>;
}

/**
 * Writes each finished node's SQL: with published names under compiled/, as sent under run/. In the background, because
 * a run of a thousand nodes writes two thousand files and the same thread serves every database session. What stands
 * there already is left: to see that takes a tenth of writing it, and is done at once. So is what failed written: the
 * summary shows lines of it.
 */
export function createSqlWriter(
	{ manifest, config }: Pick<OpenProject, "manifest" | "config">,
	folders: readonly ("compiled" | "run")[] = ["compiled", "run"],
): SqlWriter {
	const waiting = new Map<string, string>();
	const busy = new Map<string, Promise<void>>();
	/** Folders that stand, and those of them that were made here. */
	const there = new Set<string>();
	const made = new Set<string>();
	const inlined = new Set<string>();
	let failure: { readonly error: unknown } | null = null;

	const write = async (path: string, sql: string): Promise<void> => {
		const folder = dirname(path);
		if (!there.has(folder)) {
			if (!existsSync(folder)) made.add(folder);
			makeFolders(folder, { existsSync, mkdirSync });
			there.add(folder);
		}
		await writeFile(path, sql);
	};
	const start = (): void => {
		for (const [path, sql] of waiting) {
			if (busy.size >= AT_ONCE) return;
			// A second text for a file that is being written comes after the first.
			if (busy.has(path)) continue;
			waiting.delete(path);
			const done = write(path, sql)
				.catch((error: unknown) => void (failure ??= { error }))
				.then(() => {
					busy.delete(path);
					start();
				});
			busy.set(path, done);
		}
	};
	const put = (path: string, sql: string): void => {
		const full = join(config.targetDir, path);
		// In a folder that was made here nothing stood.
		const stood = !made.has(dirname(full)) && !waiting.has(full) && !busy.has(full);
		if (!stood || !standsAlready(full, Buffer.from(sql))) waiting.set(full, sql);
	};
	/** Ephemeral models, once each: dbt compiles them for whoever reads them, and writes what came out. */
	const writeInlined = (ctes: NonNullable<NodeResult["extra_ctes"]>): void => {
		if (ctes.every(({ id }) => inlined.has(id))) return;
		for (const { id, sql } of compiledEphemerals(ctes)) {
			const node = findNode(manifest, id);
			if (inlined.has(id) || node === undefined) continue;
			inlined.add(id);
			put(sqlPath("compiled", node), sql);
		}
	};
	return {
		receive(event: RunEvent) {
			if (event.event !== "node.finished" && event.event !== "test.finished" && event.event !== "batch.finished")
				return;
			const [facts, batch] = event.event === "batch.finished" ? [event, event.batch] : [event.result, undefined];
			const node = findNode(manifest, event.event === "batch.finished" ? event.node_id : event.result.unique_id);
			if (node === undefined || facts.compiled_code === null) return;
			const texts = { compiled: facts.compiled_code, run: facts.executed_code ?? facts.compiled_code };
			const atOnce = facts.status === "error" || facts.status === "fail";
			for (const kind of folders) {
				const path = sqlPath(kind, node, batch);
				if (atOnce) writeSql(config.targetDir, path, texts[kind]);
				else put(path, texts[kind]);
			}
			if (folders.includes("compiled") && "extra_ctes" in facts) writeInlined(facts.extra_ctes ?? []);
			start();
		},
		async written() {
			while (busy.size > 0) await Promise.all(busy.values());
			if (failure !== null) throw failure.error;
		},
	};
}
