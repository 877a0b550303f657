import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { describe, inject } from "vitest";
import { findPostgresBinaries } from "../../../../scripts/postgresServer.mjs";

declare module "vitest" {
	interface ProvidedContext {
		/** Of a superuser; empty where there is no server. */
		readonly postgresUrl: string;
	}
}

export interface TestDatabase {
	readonly url: string;
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly database: string;
	drop(): Promise<void>;
}

async function onServer(url: string, sql: string): Promise<void> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	try {
		await client.query(sql);
	} finally {
		await client.end();
	}
}

/**
 * A drop waits until every process of the server has taken notice; on 15 a sleeping one was seen to take a minute. The
 * server goes on without us.
 */
async function dropDatabase(server: string, database: string): Promise<void> {
	const dropped = onServer(server, `drop database if exists ${database} with (force)`);
	await Promise.race([dropped, pause(3_000, undefined, { ref: false })]);
	dropped.catch(() => undefined);
}

/** A new, empty database on the test run's server (scripts/testPostgres.mjs). */
export async function createTestDatabase(): Promise<TestDatabase> {
	const server = inject("postgresUrl");
	const database = `t_${randomBytes(6).toString("hex")}`;
	await onServer(server, `create database ${database} template template0`);
	const url = new URL(server);
	url.pathname = `/${database}`;
	return {
		url: url.href,
		host: url.hostname,
		port: Number(url.port || 5432),
		user: decodeURIComponent(url.username),
		password: decodeURIComponent(url.password),
		database,
		drop: () => dropDatabase(server, database),
	};
}

/** A describe block that is skipped where there is no server; the start of the test run has said so aloud. */
export const describeOnPostgres: typeof describe.skip = inject("postgresUrl") === "" ? describe.skip : describe;

/** A describe block that needs a server of its own, to be stopped or set up otherwise: skipped where none can be made. */
export const describeOnOwnServer: typeof describe.skip = findPostgresBinaries() === null ? describe.skip : describe;
