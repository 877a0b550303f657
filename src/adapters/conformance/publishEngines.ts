/** One suite of publishing tests on the embedded database and on a server. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import type { Adapter, Publisher, Session } from "../../core/adapter.ts";
import { testAdapter } from "../pglite/testing/testAdapter.ts";
import { createPostgresAdapter } from "../postgres/adapter.ts";
import { createTestDatabase, describeOnPostgres } from "../postgres/testing/testDatabase.ts";

export interface PublishBench {
	/** Runs `work` on a pinned session of an empty database with the roles reader, writer and bi_owner. */
	readonly on: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
	/** A session of somebody else; only on a server. */
	readonly stranger: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
	/** The adapter's own, with its locks. */
	readonly publisher: () => Publisher;
}

/** Roles are the server's, not the database's: other test files use them at the same time. */
const WIPE = `
do $$ declare s text; begin
	for s in select pubname from pg_publication loop execute format('drop publication %I', s); end loop;
	for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema') loop execute format('drop schema %I cascade', s); end loop;
end $$;
do $$ declare r text; begin
	foreach r in array array['reader', 'writer', 'bi_owner', 'outsider'] loop
		begin
			execute format('create role %I', r);
		exception when duplicate_object or unique_violation then
			execute format('drop owned by %I', r);
		end;
	end loop;
	if exists (select from pg_default_acl) then alter default privileges revoke all on tables from public; end if;
end $$;
create schema public; create schema s; create schema bi;`;

/** Expectations name the owner `postgres`, the superuser of the embedded database. */
const AS_POSTGRES = `
do $$ begin
	begin create role postgres superuser; exception when duplicate_object or unique_violation then null; end;
end $$;
set session authorization postgres;`;

interface Opened {
	readonly adapter: Adapter;
	/** Another client of the same database; the embedded one has only one. */
	readonly others?: Adapter;
	readonly drop: () => Promise<void>;
}

interface Engine {
	readonly open: () => Promise<Opened>;
	readonly begin: string;
}

const EMBEDDED: Engine = {
	async open() {
		const root = mkdtempSync(join(tmpdir(), "tfm-publish-"));
		return { adapter: testAdapter(join(root, "db")), drop: async () => rmSync(root, { recursive: true }) };
	},
	begin: "reset role;",
};

const SERVER: Engine = {
	async open() {
		const { host, port, user, password, database, drop } = await createTestDatabase();
		const fields = { host, port, user, password, database };
		const adapter = createPostgresAdapter({ fields, threads: 4 });
		return { adapter, others: createPostgresAdapter({ fields, threads: 16 }), drop };
	},
	begin: AS_POSTGRES,
};

function suiteOn(engine: Engine, suite: (bench: PublishBench) => void): void {
	let opened: Opened | undefined;
	beforeAll(async () => {
		opened = await engine.open();
		await opened.adapter.open();
		await opened.others?.open();
	});
	afterAll(async () => {
		await opened?.adapter.close();
		await opened?.others?.close();
		await opened?.drop();
	});
	suite({
		on: (work) =>
			opened!.adapter.withSession(async (session) => {
				await session.execute(`${engine.begin}${WIPE}`);
				return work(session);
			}),
		stranger: (work) => opened!.others!.withSession(work),
		publisher: () => opened!.adapter.publisher,
	});
}

export function onBothEngines(suite: (bench: PublishBench) => void): void {
	describe("embedded", () => suiteOn(EMBEDDED, suite));
	describeOnPostgres("on a server", () => suiteOn(SERVER, suite));
}

export function onServer(suite: (bench: PublishBench) => void): void {
	describeOnPostgres("on a server", () => suiteOn(SERVER, suite));
}
