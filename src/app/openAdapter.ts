/** The only file that names adapters: from a target to a database, its dialect and its macros. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createPostgresDialect } from "../adapters/postgresFamily/dialect.ts";
import { createSnowflakeDialect } from "../adapters/snowflake/dialect.ts";
import { readEnvironment } from "../config/environment.ts";
import type { Adapter, Dialect } from "../core/adapter.ts";
import type { Config, TargetConfig } from "../core/config.ts";
import type { Inspection } from "../core/inspection.ts";
import type { Invocation } from "../core/invocation.ts";
import type { ProjectReach } from "../core/projectReach.ts";

/** What is known of a database without touching it. */
export interface Engine {
	readonly dialect: Dialect;
	/** What templates see as `target.type` and `adapter.type()`. */
	readonly type: string;
	/** The shipped macros, the most specific package first. Absolute folders. */
	readonly macroDirs: readonly { readonly package: string; readonly dir: string }[];
}

/** The engine of a target. Pure: nothing is opened, no driver imported. */
export function engineOf(config: Config, invocation: Invocation): Engine {
	const type = config.target.type === "snowflake" ? "snowflake" : "postgres";
	const macros = join(invocation.assetsDir, "macros");
	const own = `dbt_${type}`;
	return {
		dialect: type === "snowflake" ? createSnowflakeDialect() : createPostgresDialect(),
		type,
		macroDirs: [
			{ package: own, dir: join(macros, own) },
			{ package: "dbt", dir: join(macros, "dbt") },
		],
	};
}

/** Opens the target's database; the caller closes it. Drivers are imported here and not before. */
export async function openAdapter(config: Config, invocation: Invocation): Promise<Adapter> {
	const adapter = await adapterOf(config, invocation);
	await adapter.open({ signal: invocation.signal });
	return adapter;
}

export interface Scratch {
	/** Opens it at the first call. */
	readonly open: () => Promise<Adapter>;
	/** Removes it, if it was opened. */
	readonly close: () => Promise<void>;
}

/** An empty embedded database in a temporary folder, for unit tests that the target cannot run. */
export function createScratch(invocation: Invocation): Scratch {
	let opened: Promise<Adapter> | undefined;
	const dataDir = () => mkdtempSync(join(tmpdir(), "tfm-unit-tests-"));
	const start = async (folder: string): Promise<Adapter> => {
		const { createPgliteAdapter } = await import("../adapters/pglite/adapter.ts");
		const adapter = createPgliteAdapter({
			dataDir: join(folder, "database"),
			templateFile: join(invocation.assetsDir, "pglite-template.gz"),
			statementTimeoutMs: invocation.flags.statementTimeoutMs,
			host: { name: invocation.host.name, pid: invocation.host.pid },
		});
		await adapter.open({ signal: invocation.signal });
		return adapter;
	};
	let folder: string | undefined;
	return {
		open: () => {
			folder ??= dataDir();
			opened ??= start(folder);
			return opened;
		},
		close: async () => {
			await (await opened?.catch(() => undefined))?.close();
			if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function adapterOf({ target, project }: Config, invocation: Invocation): Promise<Adapter> {
	const statementTimeoutMs = invocation.flags.statementTimeoutMs ?? profileTimeout(target.fields);
	switch (target.type) {
		case "pglite": {
			const { createPgliteAdapter } = await import("../adapters/pglite/adapter.ts");
			const path = typeof target.fields.path === "string" ? target.fields.path : ".tfm/database";
			return createPgliteAdapter({
				dataDir: resolve(project.root, path),
				templateFile: join(invocation.assetsDir, "pglite-template.gz"),
				statementTimeoutMs,
				host: { name: invocation.host.name, pid: invocation.host.pid },
			});
		}
		case "postgres": {
			const { createPostgresAdapter } = await import("../adapters/postgres/adapter.ts");
			const { cwd } = invocation;
			const env = readEnvironment(cwd, invocation.env);
			return createPostgresAdapter({ fields: target.fields, env, cwd, threads: target.threads, statementTimeoutMs });
		}
		case "snowflake": {
			const { createSnowflakeAdapter } = await import("../adapters/snowflake/adapter.ts");
			const { cwd } = invocation;
			const host = { name: invocation.host.name, pid: invocation.host.pid };
			const env = readEnvironment(cwd, invocation.env);
			const { threads } = target;
			const fields = await snowflakeFields(target, project.quoting);
			return createSnowflakeAdapter({ fields, cwd, env, threads, statementTimeoutMs, host });
		}
	}
}

const snowflakeFields = async ({ fields }: TargetConfig, quoting: Config["project"]["quoting"]) =>
	(await import("../adapters/snowflake/profileNames.ts")).quotedNames(fields, quoting);

/** `statement_timeout` of the profile, seconds; 0 is none. */
function profileTimeout(fields: TargetConfig["fields"]): number | undefined {
	const seconds = fields.statement_timeout;
	return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined;
}

/** What `tfm debug` says of the database beyond that it answers. */
export async function inspectDatabase(
	adapter: Adapter,
	{ target, project }: Config,
	reach: ProjectReach,
): Promise<readonly Inspection[]> {
	switch (target.type) {
		case "pglite":
			return [];
		case "postgres": {
			const { inspectServer } = await import("../adapters/postgres/inspectServer.ts");
			const { threads } = target;
			const sessions = adapter.capabilities.concurrency;
			const schemas = [...new Set(reach.writes.map(({ schema }) => schema))].sort();
			return adapter.withSession((session) =>
				inspectServer({ session, schemas, sessions, threads, layered: reach.layered }),
			);
		}
		case "snowflake": {
			const { inspectAccount } = await import("../adapters/snowflake/inspectAccount.ts");
			const fields = await snowflakeFields(target, project.quoting);
			return adapter.withSession((session) => inspectAccount(session, adapter.dialect, { reach, fields }));
		}
	}
}

/** The statements by which an administrator gives the target's role all that the project needs. Nothing is opened. */
export async function grantsOf(
	{ target, project }: Config,
	dialect: Dialect,
	reach: ProjectReach,
): Promise<readonly string[]> {
	const { database, fields } = target;
	switch (target.type) {
		case "pglite":
			return ["-- the embedded database belongs to whoever runs tfm: there is nothing to grant"];
		case "postgres": {
			const { grantStatements } = await import("../adapters/postgres/grantStatements.ts");
			return grantStatements(reach, { database, role: String(fields.role ?? fields.user ?? "<role>") });
		}
		case "snowflake": {
			const { grantStatements } = await import("../adapters/snowflake/privileges.ts");
			return grantStatements(reach, await snowflakeFields(target, project.quoting), dialect);
		}
	}
}
