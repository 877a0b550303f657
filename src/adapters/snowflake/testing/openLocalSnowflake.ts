import type { ServerOptions, SnowflakeServer } from "../../../../packages/snowflake-server/src/server.ts";
import type { Adapter } from "../../../core/adapter.ts";
import type { ProfileFields } from "../connectionOptions.ts";
import { startLocalSnowflake } from "./localSnowflake.ts";

export interface OpenSnowflake {
	readonly server: SnowflakeServer;
	/** Logged in. */
	readonly adapter: Adapter;
	/** Another one that is logged in, as another process has it; it is closed with the rest. */
	openAnother(fields?: ProfileFields, threads?: number): Promise<Adapter>;
	dispose(): Promise<void>;
}

/** A local protocol server of one's own, and an adapter that has logged in there through the real driver. */
export async function openLocalSnowflake(
	options: Partial<ServerOptions> = {},
	fields: ProfileFields = {},
): Promise<OpenSnowflake> {
	const { server, adapter: adapterWith } = await startLocalSnowflake(options);
	const adapters: Adapter[] = [];
	const openAnother = async (more: ProfileFields = {}, threads = 4): Promise<Adapter> => {
		const adapter = adapterWith({ fields: more, threads });
		await adapter.open();
		adapters.push(adapter);
		return adapter;
	};
	return {
		server,
		adapter: await openAnother(fields),
		openAnother,
		async dispose() {
			for (const adapter of adapters) await adapter.close();
			await server.stop();
		},
	};
}
