import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { testAdapter } from "../../adapters/pglite/testing/testAdapter.ts";
import type { Adapter, Session } from "../../core/adapter.ts";
import { TfmError } from "../../core/diagnostic.ts";
import { nodeId, type Plain, type SourceNode } from "../../core/node.ts";
import type { LoadOutcome, LoadWindow } from "../../core/ports.ts";
import type { StateStore } from "../../core/state.ts";
import { createStateStore } from "../../history/stateStore.ts";
import { createLandingLoader } from "../landingLoader.ts";

export interface LoadMore {
	readonly fullRefresh?: boolean;
	readonly name?: string;
	readonly runId?: string;
	readonly signal?: AbortSignal;
	readonly clock?: () => Date;
	readonly window?: LoadWindow;
}

export const landingSource = (load: Plain, name = "t") =>
	({
		unique_id: nodeId(`source.demo.raw.${name}`),
		name,
		source_name: "raw",
		identifier: name,
		database: "",
		schema: "landing",
		load,
		location: { file: "models/landing/_raw.yml", line: 7, column: 5 },
	}) as unknown as SourceNode;

/** A project's folder and an embedded database for the tests of one file, both empty before each test. */
export function landingBench() {
	const home = mkdtempSync(join(tmpdir(), "tfm-landing-"));
	const root = join(home, "project");
	let adapter: Adapter;
	let state: StateStore;
	beforeAll(async () => {
		adapter = testAdapter(join(home, "db"));
		await adapter.open();
		state = await createStateStore();
	});
	beforeEach(async () => {
		rmSync(root, { recursive: true, force: true });
		mkdirSync(root);
		await adapter.withSession(async (s) => {
			await s.execute("drop schema if exists landing cascade; drop schema if exists tfm_state cascade");
			await state.migrate(s);
		});
	});
	afterAll(async () => {
		await adapter.close();
		rmSync(home, { recursive: true });
	});

	function put(path: string, content: string | Buffer): void {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), path.endsWith(".gz") && typeof content === "string" ? gzipSync(content) : content);
	}

	async function load(block: Plain, more: LoadMore = {}): Promise<LoadOutcome> {
		const loader = createLandingLoader({
			root,
			dialect: adapter.dialect,
			state,
			clock: more.clock ?? (() => new Date("2026-11-21T10:00:00Z")),
			...(more.window === undefined ? {} : { window: more.window }),
		});
		return adapter.withSession((session) =>
			loader({
				source: landingSource(block, more.name),
				session,
				runId: more.runId ?? "r1",
				fullRefresh: more.fullRefresh ?? false,
				signal: more.signal ?? new AbortController().signal,
			}),
		);
	}
	const query = (sql: string): Promise<readonly string[]> =>
		adapter.withSession(async (s: Session) => (await s.query(sql)).rows.map((r) => r.join("|")));
	const ledger = () => query("select path, rows, rejects, run_id from tfm_state.loaded_files order by path");
	/** `code file:line:column message` of every mistake; nothing may have been written. */
	async function mistakes(block: Plain, more: LoadMore = {}): Promise<readonly string[]> {
		const before = await ledger();
		const error: unknown = await load(block, more).then(
			() => undefined,
			(e: unknown) => e,
		);
		expect(error).toBeInstanceOf(TfmError);
		expect(await ledger()).toEqual(before);
		return (error as TfmError).diagnostics.map(
			(d) => `${d.code} ${d.at === undefined ? "" : `${d.at.file}:${d.at.line}:${d.at.column} `}${d.message}`,
		);
	}
	return { home, root, put, load, query, ledger, mistakes };
}
