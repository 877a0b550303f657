import type { ConnectionOptions } from "snowflake-sdk";
import type { Dialect } from "../../core/adapter.ts";
import { fail } from "../../core/diagnostic.ts";
import type { CellValue } from "../../core/resultTable.ts";
import { type Connection, createConnection } from "./connection.ts";
import { loadDriver } from "./driver.ts";
import { codeOf, type DriverError } from "./errors.ts";

/** Where a login stands before anybody has used it; names as they are stored. */
export interface Home {
	readonly database: string;
	/** Null: the profile's schema is not there yet. */
	readonly schema: string | null;
	readonly role: string | null;
	readonly warehouse: string | null;
	readonly version: string;
}

export interface Login {
	readonly connection: Connection;
	readonly home: Home;
}

export interface LoginParts {
	readonly options: ConnectionOptions;
	readonly dialect: Dialect;
	/** `session_parameters` of the profile, set on each login. */
	readonly parameters: Readonly<Record<string, unknown>>;
}

const WHERE = "select current_database(), current_schema(), current_role(), current_warehouse(), current_version()";

/** One login. Rejects with TfmError: TFM-DB-026 where Snowflake refuses it, TFM-DB-027 where the database is not there. */
export async function logIn({ options, dialect, parameters }: LoginParts): Promise<Login> {
	const driver = await loadDriver();
	const connection = driver.createConnection(options);
	try {
		await new Promise<void>((resolve, reject) => {
			connection.connectAsync((error) => (error ? reject(error) : resolve())).catch(reject);
		});
	} catch (error) {
		return explain(error, options);
	}
	const made = createConnection(connection);
	try {
		const sets = Object.entries(parameters).map(([name, value]) => `${name} = ${dialect.literal(value as CellValue)}`);
		if (sets.length > 0) await made.send({ sql: `alter session set ${sets.join(" ")}` });
		const answer = await made.send({ sql: WHERE });
		const rows: (readonly CellValue[])[] = [];
		for await (const batch of answer.rows) rows.push(...batch);
		const [database, schema, role, warehouse, version] = (rows[0] ?? []).map((v) => (v === null ? null : String(v)));
		if (database == null)
			fail("TFM-DB-027", { database: String(options.database), role: role ?? String(options.role ?? "the role") });
		const home = { database, schema: schema ?? null, role: role ?? null, warehouse: warehouse ?? null };
		return { connection: made, home: { ...home, version: version ?? "" } };
	} catch (error) {
		await made.close();
		throw error;
	}
}

/** What to look at first, by the code that the server or the driver refuses a login with. */
const REASONS: readonly (readonly [RegExp, string, string])[] = [
	[/^390100$/, "user or password is wrong", "correct `user` and `password`"],
	[
		/^390144$/,
		"the key is not the user's, or the token it signed has expired",
		"compare the key's fingerprint with `desc user` (RSA_PUBLIC_KEY_FP), set it by `alter user … set rsa_public_key`, and look at this machine's clock",
	],
	[/^390(?:303|318)$/, "the access token is not valid, or has expired", "get a new `token`"],
	[
		/^39020[01]$/,
		"the role, warehouse or database of the login is not there, or not for this user",
		"correct `role`, or `grant role … to user …`",
	],
	[
		/^390(?:127|120|119)$/,
		"a second factor was refused or did not come",
		"give the code by `passcode`, or answer the push",
	],
	[/^390(?:101|102|106|111)$/, "the user is locked or disabled", "have an administrator enable the user"],
	[
		/^3904(?:22|32)$/,
		"a network policy does not let this address in",
		"connect from an address that the policy allows",
	],
	[/^390179$/, "the account does not know this kind of login", "choose another `authenticator`"],
];

function explain(error: unknown, options: ConnectionOptions): never {
	const refused = error as DriverError;
	const code = codeOf(refused);
	const known = REASONS.find(([pattern]) => pattern.test(code));
	const unreachable = /^40\d{4}$/.test(code) && known === undefined;
	const cause = refused.cause?.message;
	const causes = cause === undefined || refused.message.includes(cause) ? "" : ` (${cause})`;
	return fail(
		"TFM-DB-026",
		{
			account: String(options.account),
			user: options.username,
			said: `${refused.message.trim().replace(/\.$/, "")}${causes}`,
			code,
			hint: unreachable
				? "nothing answers under this account: its name, locator or region may be wrong, or a proxy stands between"
				: known?.[1],
			next: unreachable
				? "correct `account` (`organization-account`, or a locator with its region: `xy12345.eu-central-1`)"
				: known?.[2],
		},
		{ cause: error },
	);
}
