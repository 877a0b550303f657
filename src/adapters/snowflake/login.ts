import { platform } from "node:process";
import type { ConnectionOptions } from "snowflake-sdk";
import type { Dialect } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { fail } from "../../core/diagnostic.ts";
import type { CellValue } from "../../core/resultTable.ts";
import { accessToken } from "./accessToken.ts";
import { openerOf, openPage } from "./browser.ts";
import { type Connection, createConnection } from "./connection.ts";
import type { ConnectionPlace, ConnectionPlan } from "./connectionOptions.ts";
import { loadDriver } from "./driver.ts";
import { codeOf, type DriverError, nameInSql } from "./errors.ts";
import { reasonOf } from "./loginRefusals.ts";
import type { Patience } from "./patience.ts";
import { inSql, isMixed } from "./profileNames.ts";
import { lookFor } from "./reach.ts";

/** Where a login stands before anybody has used it; names as they are stored. */
export interface Home {
	readonly database: string;
	/** Null: the profile's schema is not there yet. */
	readonly schema: string | null;
	readonly role: string | null;
	readonly warehouse: string | null;
	readonly version: string;
	/** The server's number for the session. */
	readonly session: string;
}

export interface Login {
	readonly connection: Connection;
	readonly home: Home;
}

export interface LoginParts {
	readonly plan: ConnectionPlan;
	readonly env: ConnectionPlace["env"];
	readonly dialect: Dialect;
	/** `session_parameters` of the profile, set on each login. */
	readonly parameters: Readonly<Record<string, unknown>>;
	readonly patience: Patience;
	/** Nobody has logged in here before. */
	readonly isFirst: boolean;
}

const WHERE =
	"select current_database(), current_schema(), current_role(), current_warehouse(), current_version(), current_session()";

/**
 * Unless the profile says otherwise. What a killed process had sent is nobody's: no run publishes it, and the next one
 * would wait for it. Snowflake ends it five minutes after it lost the client.
 */
const PARAMETERS = { ABORT_DETACHED_QUERY: true };

const upperCased = (some: LoginParts["parameters"]): LoginParts["parameters"] =>
	Object.fromEntries(Object.entries(some).map(([name, value]) => [name.toUpperCase(), value]));

/** What the profile sets is the profile's mistake; of the one that is always set there is none. */
function refusedParameters(error: unknown, parameters: LoginParts["parameters"]): never {
	const names = Object.keys(parameters);
	if (!(error instanceof DatabaseError) || error.kind !== "sql" || names.length === 0) throw error;
	return fail("TFM-DB-029", { names, said: error.message, detail: error.detail }, { cause: error });
}

/** One login. Rejects with TfmError: TFM-DB-026 where Snowflake refuses it, TFM-DB-027 where the database is not there. */
export async function logIn({ plan, env, dialect, parameters, patience, isFirst }: LoginParts): Promise<Login> {
	const driver = await loadDriver();
	const { proxy, refresh } = plan;
	const nowhere = isFirst ? await lookFor(plan) : undefined;
	if (nowhere !== undefined) fail("TFM-DB-026", { ...nowhere, ...whoOf(plan), isReached: false, code: "" });
	const browser = browserFor(plan.options, env);
	const options = { ...plan.options, ...(browser === undefined ? {} : { openExternalBrowserCallback: browser.open }) };
	let connection: ReturnType<typeof driver.createConnection>;
	try {
		const token = refresh === undefined ? {} : { token: await accessToken(refresh, proxy) };
		connection = driver.createConnection({ ...options, ...token });
		await new Promise<void>((resolve, reject) => {
			connection.connectAsync((error) => (error ? reject(error) : resolve())).catch(reject);
		});
	} catch (error) {
		const reason = browser?.missing();
		return reason === undefined ? explain(error, plan) : fail("TFM-DB-028", { reason });
	}
	const made = createConnection(connection, patience);
	try {
		const sets = Object.entries({ ...PARAMETERS, ...upperCased(parameters) }).map(
			([name, value]) => `${name} = ${dialect.literal(value as CellValue)}`,
		);
		await made
			.send({ sql: `alter session set ${sets.join(" ")}` })
			.catch((error) => refusedParameters(error, parameters));
		const answer = await made.send({ sql: WHERE });
		const rows: (readonly CellValue[])[] = [];
		for await (const batch of answer.rows) rows.push(...batch);
		const [database, schema, role, warehouse, version, session] = (rows[0] ?? []).map((v) =>
			v === null ? null : String(v),
		);
		if (database == null) noDatabase(String(options.database), role ?? String(options.role ?? "the role"), dialect);
		made.role = role ?? null;
		const home = { database, schema: schema ?? null, role: role ?? null, warehouse: warehouse ?? null };
		return { connection: made, home: { ...home, version: version ?? "", session: session ?? "" } };
	} catch (error) {
		await made.close();
		throw error;
	}
}

function noDatabase(database: string, role: string, { fold }: Dialect): never {
	const grant = `grant usage on database ${inSql(database)} to role ${nameInSql(role)}`;
	const soughtAs = isMixed(database) ? { soughtAs: fold(database) } : {};
	return fail("TFM-DB-027", { database, role, grant, ...soughtAs });
}

/**
 * The driver would open a page by itself, and end the process where it cannot. It asks for one only where the account
 * has given no token before; what is thrown there ends the login.
 */
function browserFor({ authenticator }: ConnectionOptions, env: LoginParts["env"]) {
	if (authenticator !== "EXTERNALBROWSER" && authenticator !== "OAUTH_AUTHORIZATION_CODE") return undefined;
	const opener = openerOf(env, platform);
	let missing: string | undefined;
	return {
		missing: () => missing,
		open(url: string): void {
			if ("cannot" in opener) {
				missing = opener.cannot;
				throw new Error(opener.cannot);
			}
			openPage(opener, url);
		},
	};
}

const whoOf = ({ account, options }: ConnectionPlan) => ({ account, user: options.username });

function explain(error: unknown, plan: ConnectionPlan): never {
	const refused = error as DriverError;
	const numbered = /^\d+$/.test(String(refused.code ?? ""));
	const code = numbered ? codeOf(refused) : "";
	const all = wordsOf(refused);
	const reason = reasonOf(code, all, plan);
	const said = numbered ? all : firstOf(all);
	const isReached = reason?.isReached ?? true;
	return fail(
		"TFM-DB-026",
		{ ...whoOf(plan), isReached, said, code, hint: reason?.hint, next: reason?.next },
		{ cause: error },
	);
}

/** The driver's libraries list all that they have tried, a line each; of Azure's list that on the machine tells why. */
const firstOf = (words: string): string =>
	/^\w+: (ManagedIdentityCredential: .*?)(?: - Correlation ID.*)?$/m.exec(words)?.[1] ?? words.split("\n", 1)[0]!;

/** A login provider says in its answer why; the driver only says which HTTP status that had. */
function wordsOf({ message, cause, response }: DriverError): string {
	const plain = message
		.replace(/^(?:Error while getting SAML token: )?(?:Error while getting oauth authorization code\. )?/, "")
		.trim()
		.replace(/\.$/, "");
	const told = objectOf(response?.data);
	const words = [told.error, told.error_description, told.errorSummary].filter((word) => typeof word === "string");
	if (words.length > 0) return words.join(": ");
	const more = [
		...(cause?.message === undefined ? [] : [cause.message]),
		...(response?.statusCode === undefined ? [] : [`HTTP ${response.statusCode}`]),
	].filter((word) => !plain.includes(word));
	return more.length === 0 ? plain : `${plain} (${more.join(", ")})`;
}

function objectOf(data: unknown): Readonly<Record<string, unknown>> {
	if (typeof data === "object" && data !== null) return data as Record<string, unknown>;
	if (typeof data !== "string" || !data.startsWith("{")) return {};
	try {
		return JSON.parse(data) as Record<string, unknown>;
	} catch {
		return {};
	}
}
