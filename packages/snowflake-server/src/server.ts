import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Catalog, createCatalog, type Stage } from "./catalog/catalog.ts";
import { createEngine } from "./engine/engine.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createFaultScript, type FaultScript } from "./protocol/faults.ts";
import { createAuthentication, type User } from "./protocol/login.ts";
import { createQueries, type Query } from "./protocol/queries.ts";
import { scripted } from "./protocol/responses.ts";
import { createRoutes } from "./protocol/routes.ts";
import { createSessions } from "./protocol/sessions.ts";
import { readBody, sendReply } from "./protocol/transport.ts";
import type { AnswerScript } from "./scriptedAnswer.ts";
import type { ScriptedGrant } from "./scriptedGrant.ts";
import { loadParser } from "./sql/parse.ts";

export interface ServerOptions {
	/** By name in any case of letters. */
	readonly users: Readonly<Record<string, User>>;
	/** The accounts that it stands for, in any case of letters: `local` unless said. Others are answered with HTTP 403. */
	readonly accounts?: readonly string[];
	/** 0: any free port. */
	readonly port?: number;
	/** The only ones, as their names are stored; without it a login makes the one that it names. */
	readonly databases?: readonly string[];
	/** The only ones, as their names are stored; without it there is every role. */
	readonly roles?: readonly string[];
	/** Roles that work beside that of the login, as DEFAULT_SECONDARY_ROLES = ('ALL') has it; none unless said. */
	readonly secondaryRoles?: readonly string[];
	/** The only ones, as their names are stored; without it there is every warehouse. Statements with rows need one. */
	readonly warehouses?: readonly string[];
	/** By how much its clock is before that of whoever logs in; milliseconds. */
	readonly aheadMs?: number;
	/** What SHOW GRANTS TO ROLE answers, by role as its name is stored; nobody checks it. Without it a role owns all. */
	readonly grants?: Readonly<Record<string, readonly ScriptedGrant[]>>;
	/** Folders of this machine that stand for object stores, by address: `{ "s3://inbox/": "/tmp/inbox" }`. */
	readonly stores?: Readonly<Record<string, string>>;
	/** Answers to statements that this server cannot carry out: asked before anything else, and noted in the ledger. */
	readonly script?: AnswerScript;
	/** A statement that is not done by then is answered with 333333, and the driver asks again; milliseconds. */
	readonly pollAfterMs?: number;
	/** A session that is not heard of for so long is over: four hours unless said; milliseconds. */
	readonly idleMs?: number;
	/** What the account answers for the time between heartbeats, which on Snowflake is 900 s and more. */
	readonly heartbeatSeconds?: number;
}

export interface SnowflakeServer {
	readonly url: string;
	readonly ledger: Ledger;
	readonly faults: FaultScript;
	/** What exists; a test may put relations there that nobody made by statements. */
	readonly catalog: Catalog;
	/** All statements that came, in order. */
	statements(): readonly Query[];
	/** `POST /queries/v1/query-request` …, in order. */
	requests(): readonly string[];
	/** Requests for a second factor that went to a telephone. */
	pushes(): number;
	/** Every session must renew its token before its next request. */
	expireTokens(): void;
	stop(): Promise<void>;
}

/** Starts the server on the loopback address. Nothing is kept: it begins and ends empty. */
export async function startSnowflakeServer(options: ServerOptions): Promise<SnowflakeServer> {
	const [parse, engine] = await Promise.all([loadParser(), createEngine()]);
	const catalog = createCatalog();
	const ledger = createLedger();
	const faults = createFaultScript();
	for (const name of options.databases ?? []) catalog.addDatabase(name);
	const { roles, warehouses, secondaryRoles = [] } = options;
	const sessions = createSessions({
		engine,
		catalog,
		makesDatabases: options.databases === undefined,
		roles,
		warehouses,
		secondaryRoles,
	});
	const folder = mkdtempSync(join(tmpdir(), "snowflake-server-"));
	let folders = 0;
	const newFolder = (): string => {
		const path = join(folder, String(++folders));
		mkdirSync(path);
		return path;
	};
	const userStages = new Map<string, Stage>();
	const userStage = (user: string): Stage => {
		const stage = userStages.get(user) ?? { directory: newFolder(), options: "" };
		userStages.set(user, stage);
		return stage;
	};
	const scripts = { grants: options.grants, script: options.script, stores: options.stores };
	const queries = createQueries({ catalog, ledger, engine, parse, newFolder, userStage, ...scripts }, sessions);
	const requests: string[] = [];
	const users = new Map(Object.entries(options.users).map(([name, user]) => [name.toUpperCase(), user]));
	let url = "";
	const authentication = createAuthentication(users, {
		url: () => url,
		now: () => Date.now() + (options.aheadMs ?? 0),
	});
	const routes = createRoutes({
		authentication,
		accounts: new Set((options.accounts ?? ["local"]).map((name) => name.toUpperCase())),
		sessions,
		queries,
		faults,
		ledger,
		url: () => url,
		pollAfterMs: options.pollAfterMs ?? 1_500,
		idleMs: options.idleMs ?? 14_400_000,
		heartbeatSeconds: options.heartbeatSeconds,
	});

	const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const target = new URL(request.url ?? "/", url);
		requests.push(`${request.method} ${target.pathname}`);
		const body = await readBody(request);
		const fault = target.pathname.startsWith("/control/")
			? undefined
			: faults.take(target.pathname, String(body.sqlText ?? ""));
		if (fault?.kind === "reset") {
			request.socket.resetAndDestroy();
			return;
		}
		if (fault?.kind === "status") return sendReply(response, { status: fault.status ?? 503, body: {} });
		if (fault?.kind === "refuse") return sendReply(response, { body: scripted(fault) });
		if (fault?.kind === "expire") sessions.expireAll();
		const reply = await routes({
			method: request.method ?? "GET",
			target,
			body,
			authorization: request.headers.authorization ?? "",
		});
		if (fault?.kind === "lost") {
			request.socket.resetAndDestroy();
			return;
		}
		if (fault?.kind === "slow") await faults.hold(fault.delayMs ?? 1_000);
		return sendReply(response, reply, fault?.kind === "cut");
	};

	const http: Server = createServer((request, response) => {
		handle(request, response).catch((error: unknown) => {
			if (response.headersSent || response.destroyed) return;
			return sendReply(response, { status: 500, body: { success: false, code: "390000", message: String(error) } });
		});
	});
	await new Promise<void>((resolve, reject) => {
		http.once("error", reject);
		http.listen(options.port ?? 0, "127.0.0.1", resolve);
	});
	const address = http.address();
	url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : options.port}`;
	return {
		url,
		ledger,
		faults,
		catalog,
		statements: queries.all,
		requests: () => [...requests],
		pushes: authentication.pushes,
		expireTokens: sessions.expireAll,
		stop: async () => {
			http.closeAllConnections();
			faults.release();
			await new Promise((resolve) => http.close(resolve));
			await sessions.closeAll();
			engine.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
