import {
	type ServerOptions,
	type SnowflakeServer,
	startSnowflakeServer,
} from "../../../../packages/snowflake-server/src/server.ts";
import type { Adapter } from "../../../core/adapter.ts";
import { createSnowflakeAdapter, type SnowflakeOptions } from "../adapter.ts";

export interface LocalSnowflake {
	readonly server: SnowflakeServer;
	adapter(more?: Partial<SnowflakeOptions>): Adapter;
}

export const LOCAL_LOGIN = {
	account: "local",
	user: "tfm",
	password: "secret",
	database: "ANALYTICS",
	warehouse: "WH",
};

/** Adapters that talk to a local protocol server through the real driver. */
export const localSnowflake = (server: SnowflakeServer): LocalSnowflake => ({
	server,
	adapter: (more = {}) =>
		createSnowflakeAdapter({
			cwd: "/",
			env: {},
			threads: 4,
			host: { name: "tests", pid: process.pid },
			...more,
			fields: { ...LOCAL_LOGIN, schema: "PUBLIC", access_url: server.url, ...more.fields },
		}),
});

export const startLocalSnowflake = async (more: Partial<ServerOptions> = {}): Promise<LocalSnowflake> =>
	localSnowflake(
		await startSnowflakeServer({ users: { tfm: { password: LOCAL_LOGIN.password } }, pollAfterMs: 100, ...more }),
	);
