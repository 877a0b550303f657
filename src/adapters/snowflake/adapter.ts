import { AsyncLocalStorage } from "node:async_hooks";
import type { Adapter, Session, SessionOptions } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { connectionOptions, type ProfileFields } from "./connectionOptions.ts";
import { createSnowflakeDialect } from "./dialect.ts";
import { type Home, type Login, logIn } from "./login.ts";
import { createNativeTests } from "./nativeTests/nativeTests.ts";
import { createPatience } from "./patience.ts";
import { createPresence } from "./presence.ts";
import { inSql } from "./profileNames.ts";
import { createSnowflakePublisher } from "./publish/publisher.ts";
import { createRunCatalog } from "./runCatalog.ts";
import { createSession } from "./session.ts";
import { createSlot, type Slot } from "./slot.ts";

/**
 * Snowflake, through snowflake-sdk.
 *
 *   connectionOptions.ts  a profile's fields → the driver's options; loginFields.ts, proxy.ts: parts of them
 *   driver.ts             the only file that imports the driver
 *   login.ts              one login, where it stands; why one is refused
 *   accessToken.ts        a refresh token → an access token; browser.ts: how a page is opened
 *   reach.ts              whether anybody is there at all
 *   connection.ts         one statement and its rows, with its limits
 *   patience.ts           how long an answer is waited for after Ctrl-C
 *   values.ts             the driver's values → canonical ones
 *   session.ts            core's Session on top of it; statementEffects.ts: what a statement does beside its work
 *   slot.ts               logins that are put right after each session, or made anew
 *   catalog.ts            SHOW and the information schema
 *   runCatalog.ts         what a run knows of it without asking; relationChanges.ts: what a statement changes there
 *   stagedRows.ts         rows → files for PUT and COPY
 *   presence.ts           which runs live
 *   nativeTests/          tests as Data Metric Functions
 *   publish/              candidates, and how they take their targets' place
 */
export interface SnowflakeOptions {
	readonly fields: ProfileFields;
	readonly cwd: string;
	/** For HTTPS_PROXY, NO_PROXY and the browser of a login. */
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly threads: number;
	/** Limit of every statement that brings none of its own; none when absent. */
	readonly statementTimeoutMs?: number | undefined;
	/** The machine and process that runs are known by. */
	readonly host: { readonly name: string; readonly pid: number };
}

export function createSnowflakeAdapter(options: SnowflakeOptions): Adapter {
	const { fields, cwd, env, threads, statementTimeoutMs } = options;
	const dialect = createSnowflakeDialect();
	const working = new AsyncLocalStorage<{ over: boolean }>();
	const slots = new Set<Slot>();
	const idle: Slot[] = [];
	const waiting: ((slot: Slot) => void)[] = [];
	let busy = 0;
	let home: Home | undefined;
	let version = "";

	const parameters = (fields.session_parameters ?? {}) as Readonly<Record<string, unknown>>;
	const queryTag = typeof fields.query_tag === "string" ? fields.query_tag : undefined;
	const patience = createPatience();
	const known = createRunCatalog();
	const newLogin = async (): Promise<Login> => {
		const plan = connectionOptions(fields, { cwd, env });
		const isFirst = home === undefined;
		const login = await patience.enter(
			() => logIn({ plan, env, dialect, parameters, patience, isFirst }),
			({ connection }) => void connection.close(),
		);
		presence.noticeSession();
		return login;
	};
	const newSlot = (first?: Login): Slot => {
		const slot = createSlot(newLogin, { dialect, queryTag, ...(first === undefined ? {} : { first }) });
		slots.add(slot);
		return slot;
	};

	const isOpen = (): Home => {
		if (home === undefined)
			throw new DatabaseError("the database is not open", { kind: "connection", sqlstate: "08003" });
		return home;
	};

	/**
	 * Inside another session's work waiting could wait for itself, so that takes one more. It is none of `threads`, whose
	 * work would otherwise wait for a heartbeat.
	 */
	function take(nested: boolean): Promise<Slot> | Slot {
		if (!nested && busy >= threads) return new Promise((resolve) => waiting.push(resolve));
		if (!nested) busy++;
		return idle.pop() ?? newSlot();
	}

	function give(slot: Slot, nested: boolean): void {
		idle.push(slot);
		if (nested) return;
		busy--;
		while (busy < threads && waiting.length > 0) {
			busy++;
			waiting.shift()!(idle.pop() ?? newSlot());
		}
	}

	/** As in dbt, a warehouse that is the profile's is not asked for, and its name is not quoted. */
	const usesOwn = (warehouse: string | undefined): warehouse is string =>
		warehouse !== undefined && warehouse !== fields.warehouse;

	async function withSession<T>(work: (session: Session) => Promise<T>, options: SessionOptions = {}): Promise<T> {
		const { database, schema } = isOpen();
		const nested = working.getStore()?.over === false;
		const slot = await take(nested);
		const mine = { over: false };
		try {
			const { connection } = await slot.ready();
			const session = createSession({
				connection,
				dialect,
				database,
				schema,
				defaultTimeoutMs: statementTimeoutMs,
				known,
			});
			try {
				if (usesOwn(options.warehouse)) await session.execute(`use warehouse ${inSql(options.warehouse)}`);
				return await working.run(mine, () => work(session));
			} finally {
				mine.over = true;
				await slot.reset(session);
			}
		} finally {
			give(slot, nested);
		}
	}

	// Beside the sessions of the run, however busy they are: a run that is at work must not be taken for dead.
	const borrow = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
		working.run({ over: false }, () => withSession(work));
	const sessions = () => [...slots].flatMap((slot) => slot.session() ?? []);
	const presence = createPresence({ borrow, host: options.host, sessions });

	return {
		get facts() {
			return { adapter: "snowflake", type: "snowflake", version } as const;
		},
		capabilities: Object.freeze({
			concurrency: threads,
			transactionalDdl: "unsupported",
			savepoints: "unsupported",
			atomicReplace: "full",
			clone: "full",
			swap: "full",
			cancel: "full",
			timeout: "full",
			mergeStatement: "full",
		} as const),
		dialect,
		publisher: createSnowflakePublisher(dialect, known),
		presence: Object.freeze({
			...presence,
			announce(runId: string) {
				known.begin();
				return presence.announce(runId);
			},
		}),
		nativeTests: createNativeTests(dialect),
		async open({ signal } = {}) {
			if (home !== undefined) return;
			signal?.throwIfAborted();
			patience.attend(signal);
			const login = await newLogin();
			idle.push(newSlot(login));
			home = login.home;
			version = `Snowflake ${login.home.version}`;
		},
		async close() {
			await presence.stop();
			home = undefined;
			idle.length = 0;
			await Promise.all([...slots].map((slot) => slot.close()));
			slots.clear();
		},
		withSession,
	};
}
