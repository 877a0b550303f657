import { tmpdir } from "node:os";
import type { Connection, ConnectionOptions, RowStatement } from "snowflake-sdk";
import type { SnowflakeServer } from "../server.ts";

export type Row = Record<string, unknown>;

export interface ClientOptions extends Partial<ConnectionOptions> {
	readonly database?: string;
}

/** The real driver on one connection, with promises instead of callbacks. */
export interface Client {
	readonly connection: Connection;
	rows(sqlText: string, more?: Row): Promise<readonly Row[]>;
	statement(sqlText: string, more?: Row): Promise<RowStatement>;
	close(): Promise<void>;
}

/** The driver probes the cloud's metadata addresses as soon as it is imported, unless it is told not to. */
export async function loadDriver() {
	process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION = "true";
	process.env.SF_TELEMETRY_DISABLE_CONNECTION_SHAPE = "1";
	const { default: driver } = await import("snowflake-sdk");
	driver.configure({
		logLevel: "OFF",
		logFilePath: `${tmpdir()}/snowflake-server-test.log`,
		additionalLogToConsole: false,
		useEnvProxy: false,
	});
	return driver;
}

/**
 * Documents as values. Asked for as text, since how the driver reads them is one setting for the whole process, which
 * belongs to whoever set it last.
 */
function parsed(statement: RowStatement, rows: readonly Row[]): readonly Row[] {
	if (rows.length === 0) return rows;
	const documents = (statement.getColumns() ?? []).filter(
		(column) => column.isVariant() || column.isObject() || column.isArray(),
	);
	if (documents.length === 0) return rows;
	const read = (value: unknown): unknown => (typeof value === "string" ? JSON.parse(value) : value);
	return rows.map((row) => ({
		...row,
		...Object.fromEntries(documents.map((column) => [column.getName(), read(row[column.getName()])])),
	}));
}

export const LOGIN = { username: "tfm", password: "secret" } as const;

export async function connect(server: SnowflakeServer, options: ClientOptions = LOGIN): Promise<Client> {
	const driver = await loadDriver();
	const connection = driver.createConnection({
		account: "local",
		accessUrl: server.url,
		database: "db",
		schema: "public",
		warehouse: "wh",
		// Without it a null that is fetched as text is the text NULL.
		representNullAsStringNull: false,
		...options,
	});
	await new Promise<void>((resolve, reject) => {
		connection.connect((error) => (error ? reject(error) : resolve()));
	});
	const run = (
		sqlText: string,
		more: Row = {},
	): Promise<{ readonly statement: RowStatement; readonly rows: readonly Row[] }> =>
		new Promise((resolve, reject) => {
			// What is begun without waiting has no columns yet.
			const readsDocuments = more.fetchAsString === undefined && more.asyncExec !== true;
			connection.execute({
				sqlText,
				...(readsDocuments ? { fetchAsString: ["JSON"] } : {}),
				...more,
				complete: (error, statement, rows) =>
					error
						? reject(error)
						: resolve({
								statement: statement as RowStatement,
								rows: readsDocuments
									? parsed(statement as RowStatement, (rows ?? []) as Row[])
									: ((rows ?? []) as Row[]),
							}),
			});
		});
	return {
		connection,
		rows: async (sqlText, more) => (await run(sqlText, more)).rows,
		statement: async (sqlText, more) => (await run(sqlText, more)).statement,
		close: () =>
			new Promise((resolve, reject) => {
				connection.destroy((error) => (error ? reject(error) : resolve()));
			}),
	};
}

export interface Refusal {
	readonly code: string;
	readonly sqlState: string | undefined;
	readonly message: string;
	readonly data: { readonly queryId?: string; readonly line?: number; readonly pos?: number } | undefined;
}

/** What a promise is refused with. */
export async function refusal(promise: Promise<unknown>): Promise<Refusal> {
	try {
		await promise;
	} catch (error) {
		const { code, sqlState, message, data } = error as Refusal;
		return { code: String(code), sqlState, message, data };
	}
	throw new Error("it was not refused");
}
