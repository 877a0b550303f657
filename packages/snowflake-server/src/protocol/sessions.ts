import { randomUUID } from "node:crypto";
import type { Catalog } from "../catalog/catalog.ts";
import type { Engine } from "../engine/engine.ts";
import type { Session } from "../session.ts";
import { SnowflakeError } from "../snowflakeError.ts";
import { nameOf } from "../sql/names.ts";

export interface Login {
	token: string;
	readonly masterToken: string;
	expired: boolean;
	/** The last request, heartbeats too; milliseconds. */
	seenAt: number;
	/** Requests that are being answered. */
	busy: number;
	readonly session: Session;
	/** The last statement's end: statements of a session run one after another. */
	last: Promise<unknown>;
}

export interface LoginContext {
	readonly database: string | null;
	readonly schema: string | null;
	readonly role: string | null;
	readonly warehouse: string | null;
	readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Sessions {
	open(user: string, context: LoginContext): Promise<Login>;
	all(): readonly Login[];
	byToken(token: string): Login | undefined;
	/** A new token for the session of this master token; the old one is gone. */
	renew(masterToken: string): Login | undefined;
	/** All tokens of now are answered with 390112 from here on. */
	expireAll(): void;
	close(login: Login): Promise<void>;
	closeAll(): Promise<void>;
}

export interface SessionsParts {
	readonly engine: Engine;
	readonly catalog: Catalog;
	readonly makesDatabases: boolean;
	/** Absent: there is every one. */
	readonly roles: readonly string[] | undefined;
	readonly warehouses: readonly string[] | undefined;
	/** DEFAULT_SECONDARY_ROLES of every user. */
	readonly secondaryRoles: readonly string[];
}

/** Sessions by their tokens. A login's database that does not exist yet is made: the server starts empty. */
export function createSessions({
	engine,
	catalog,
	makesDatabases,
	roles,
	warehouses,
	secondaryRoles,
}: SessionsParts): Sessions {
	const logins = new Map<string, Login>();
	let sessions = 1000;
	// A name of a login is written as in SQL: bare, or in quotes.
	const name = (written: string | null): string | null => {
		if (written === null) return null;
		const [, inside] = /^"(.*)"$/s.exec(written) ?? [];
		return inside === undefined ? nameOf(written, false) : nameOf(inside.replaceAll('""', '"'), true);
	};
	const close = async (login: Login): Promise<void> => {
		logins.delete(login.token);
		await login.last;
		const { connection, temporary, transaction } = login.session;
		if (transaction !== null) await connection.run("rollback");
		for (const relation of temporary.values())
			if (relation.kind === "TABLE") await connection.run(`drop table main.${relation.storage}`);
		connection.closeSync();
	};
	return {
		open: async (user, context) => {
			const asked = name(context.database);
			if (asked !== null && makesDatabases && !catalog.databases.has(asked)) catalog.addDatabase(asked);
			const role = name(context.role);
			if (role !== null && roles?.includes(role) === false)
				throw new SnowflakeError(
					"390189",
					"08001",
					`Role '${role}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
				);
			const warehouse = name(context.warehouse);
			// Snowflake takes the login all the same, and leaves the session without a database.
			const database = asked !== null && catalog.databases.has(asked) ? asked : null;
			const schema = name(context.schema) ?? (database === null ? null : "PUBLIC");
			if (database !== null && schema !== null && !catalog.databases.get(database)!.schemas.has(schema))
				catalog.addSchema(database, schema);
			const login: Login = {
				token: randomUUID(),
				masterToken: randomUUID(),
				expired: false,
				seenAt: Date.now(),
				busy: 0,
				last: Promise.resolve(),
				session: {
					id: sessions++,
					user,
					connection: await engine.connect(),
					temporary: new Map(),
					database,
					schema,
					role: role ?? "SYSADMIN",
					secondaryRoles,
					warehouse: warehouse !== null && warehouses?.includes(warehouse) === false ? null : warehouse,
					needsWarehouse: warehouses !== undefined,
					parameters: new Map(
						Object.entries(context.parameters).map(([key, value]) => [key.toUpperCase(), String(value)]),
					),
					transaction: null,
					lastQueryId: "",
				},
			};
			logins.set(login.token, login);
			return login;
		},
		byToken: (token) => logins.get(token),
		all: () => [...logins.values()],
		renew: (masterToken) => {
			const login = [...logins.values()].find((candidate) => candidate.masterToken === masterToken);
			if (login === undefined) return undefined;
			logins.delete(login.token);
			login.token = randomUUID();
			login.expired = false;
			logins.set(login.token, login);
			return login;
		},
		expireAll: () => {
			for (const login of logins.values()) login.expired = true;
		},
		close,
		closeAll: async () => {
			for (const login of [...logins.values()]) {
				login.session.connection.interrupt();
				await close(login);
			}
		},
	};
}
