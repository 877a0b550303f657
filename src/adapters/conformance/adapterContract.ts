import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import type { Adapter, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import type { RelationName } from "../../core/relation.ts";
import { bulkLoadContract } from "./bulkLoadContract.ts";
import { catalogContract } from "./catalogContract.ts";
import { limitsContract } from "./limitsContract.ts";
import { sessionContract } from "./sessionContract.ts";
import { statementContract } from "./statementContract.ts";
import { streamContract } from "./streamContract.ts";
import { transactionContract } from "./transactionContract.ts";
import { valueContract } from "./valueContract.ts";

/**
 * The one suite that every adapter must pass: core/adapter.ts put to the test on a real database. A new database adds
 * one test file that calls this with a way to make its adapter.
 *
 * The SQL here is what Postgres, PGlite and Snowflake have in common or, where types differ, Postgres'.
 */
export interface AdapterMaker {
	/** A fresh adapter on a database of its own, not yet open. */
	make(): Adapter;
	/** Takes the database away. */
	dispose(): Promise<void>;
}

/** What each part of the suite works with. Every test finds the schema `conf` empty. */
export interface ContractBench {
	/** Runs `work` in a session of the open adapter. */
	on<T>(work: (session: Session) => Promise<T>): Promise<T>;
	adapter(): Adapter;
	/** Another adapter on the same database; the open one must be closed first where only one may hold it. */
	maker: AdapterMaker;
}

export const inConf = (identifier: string): RelationName => ({ database: "", schema: "conf", identifier });

/** The error that `work` rejects with, which must be a DatabaseError. */
export async function refusal(work: Promise<unknown>): Promise<DatabaseError> {
	try {
		await work;
	} catch (error) {
		if (error instanceof DatabaseError) return error;
		throw error;
	}
	throw new Error("nothing was refused");
}

export function describeAdapterContract(name: string, maker: AdapterMaker): void {
	describe(`the adapter contract, ${name}`, () => {
		const adapter = maker.make();
		const bench: ContractBench = { on: (work) => adapter.withSession(work), adapter: () => adapter, maker };
		beforeAll(() => adapter.open());
		afterAll(async () => {
			await adapter.close();
			await maker.dispose();
		});
		beforeEach(() => bench.on((s) => s.execute("drop schema if exists conf cascade; create schema conf")));

		valueContract(bench);
		statementContract(bench);
		transactionContract(bench);
		streamContract(bench);
		bulkLoadContract(bench);
		catalogContract(bench);
		limitsContract(bench);
		sessionContract(bench);
	});
}
