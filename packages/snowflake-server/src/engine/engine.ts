import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { FUNCTIONS } from "./macros.ts";

/** DuckDB in memory: rows, and nothing else. */
export interface Engine {
	connect(): Promise<DuckDBConnection>;
	/** A name for a table that no other has. */
	newStorage(): string;
	close(): void;
}

export async function createEngine(): Promise<Engine> {
	const instance = await DuckDBInstance.create(":memory:");
	const first = await instance.connect();
	for (const statement of FUNCTIONS) await first.run(statement);
	let tables = 0;
	return {
		connect: async () => {
			const connection = await instance.connect();
			await connection.run("set timezone = 'UTC'");
			return connection;
		},
		newStorage: () => `t${++tables}`,
		close: () => {
			first.closeSync();
			instance.closeSync();
		},
	};
}
