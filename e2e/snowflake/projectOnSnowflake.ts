import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import type { ServerOptions } from "../../packages/snowflake-server/src/server.ts";
import {
	LOCAL_LOGIN,
	type LocalSnowflake,
	startLocalSnowflake,
} from "../../src/adapters/snowflake/testing/localSnowflake.ts";
import { type Called, tfm } from "../runCase.ts";
import type { TfmProcesses } from "../tfmProcess.ts";

type Command = string | readonly string[];

export interface ProjectOnSnowflake {
	readonly local: LocalSnowflake;
	readonly root: string;
	/** One command, as a line without quotes or as its words; `output` changes fields of the profile. */
	call(command: Command, output?: object): Promise<Called>;
	/** Writes the profile; `output` changes its fields. */
	writeProfile(output?: object): void;
	/** stdout, stderr and exit code; what changes from run to run is written as <…>. */
	run(command: Command, output?: object): Promise<string>;
	/** One command as a process of its own, killed by SIGKILL while the answer of the first such statement is held back. */
	killAt(sql: string, argv: readonly string[], processes: TfmProcesses): Promise<void>;
	write(files: Readonly<Record<string, string>>): void;
	/** Rows of a query, as the adapter gives them. */
	rows(sql: string): Promise<readonly (readonly unknown[])[]>;
	stop(): Promise<void>;
}

/** A project whose profile leads to a local protocol server of its own. */
export async function projectOnSnowflake(
	files: Readonly<Record<string, string>>,
	options: Partial<ServerOptions> = {},
): Promise<ProjectOnSnowflake> {
	const root = realpathSync(mkdtempSync(join(tmpdir(), "tfm-snowflake-")));
	const local = await startLocalSnowflake(options);
	const write = (some: Readonly<Record<string, string>>): void => {
		for (const [path, text] of Object.entries(some)) {
			mkdirSync(join(root, path, ".."), { recursive: true });
			writeFileSync(join(root, path), text);
		}
	};
	write(files);
	const writeProfile = (output: object = {}): void => {
		const fields = {
			type: "snowflake",
			...LOCAL_LOGIN,
			database: "analytics",
			schema: "shop",
			threads: 2,
			access_url: local.server.url,
		};
		const dev = { ...fields, ...output };
		write({ "profiles.yml": `shop:\n  target: dev\n  outputs:\n    dev: ${JSON.stringify(dev)}\n` });
	};
	const call = async (command: Command, output?: object): Promise<Called> => {
		writeProfile(output);
		return tfm(typeof command === "string" ? command.split(" ") : command, root);
	};
	return {
		local,
		root,
		call,
		writeProfile,
		async run(command, output) {
			const { code, stdout, stderr } = await call(command, output);
			const text = `${stdout}${stderr === "" ? "" : `[stderr]\n${stderr}`}[exit ${code}]\n`;
			return text
				.replaceAll(root, "<project>")
				.replace(/\d+\.\ds\b/g, "<s>")
				.replace(/run [0-9a-f]{4}…[0-9a-f]{2}/g, "run <id>")
				.replace(/query id [0-9a-f-]{36}/g, "query id <id>")
				.replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:<port>");
		},
		async killAt(sql, argv, processes) {
			const { faults } = local.server;
			faults.add([{ path: "query-request", sql, kind: "slow", delayMs: 60_000 }]);
			const run = processes.start(argv, root);
			while (faults.left().length > 0 && run.process.exitCode === null) await pause(20);
			// The fault is counted when the request comes; the statement is done a little later.
			await pause(200);
			run.process.kill("SIGKILL");
			const ended = await run.ended;
			if (ended !== "SIGKILL") throw new Error(`it ended with ${ended} before it was killed: ${run.said()}`);
		},
		write,
		async rows(sql) {
			const adapter = local.adapter();
			await adapter.open();
			try {
				return await adapter.withSession(async (session) => (await session.query(sql)).rows);
			} finally {
				await adapter.close();
			}
		},
		async stop() {
			await local.server.stop();
			rmSync(root, { recursive: true, force: true });
		},
	};
}
