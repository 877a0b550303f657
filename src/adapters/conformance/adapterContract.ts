import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import type { Adapter } from "../../core/adapter.ts";
import { bulkLoadContract } from "./bulkLoadContract.ts";
import { catalogContract } from "./catalogContract.ts";
import type { AdapterMaker, ContractBench } from "./contractBench.ts";
import type { ContractWords } from "./contractWords.ts";
import { limitsContract } from "./limitsContract.ts";
import { sessionContract } from "./sessionContract.ts";
import { statementContract } from "./statementContract.ts";
import { streamContract } from "./streamContract.ts";
import { transactionContract } from "./transactionContract.ts";
import { valueContract } from "./valueContract.ts";

const PARTS = {
	values: valueContract,
	statements: statementContract,
	transactions: transactionContract,
	streams: streamContract,
	bulkLoads: bulkLoadContract,
	catalog: catalogContract,
	limits: limitsContract,
	sessions: sessionContract,
} as const;

export type ContractPart = keyof typeof PARTS;

/**
 * The one suite that every adapter must pass: core/adapter.ts put to the test on a real database. A new database adds
 * one test file that calls this with a way to make its adapter, and with its words: what it calls its types, and where
 * its nature asks for another expectation. What an engine lacks is left out of the suite by name, with the reason.
 */
export function describeAdapterContract(
	name: string,
	maker: AdapterMaker,
	words: ContractWords,
	/** Absent: all of it. */
	parts: readonly ContractPart[] = Object.keys(PARTS) as ContractPart[],
): void {
	describe(`the adapter contract, ${name}`, () => {
		let adapter: Adapter;
		const stored = (written: string): string => adapter.dialect.fold(written);
		const bench: ContractBench = {
			on: (work) => adapter.withSession(work),
			adapter: () => adapter,
			words,
			stored,
			inConf: (written) => ({ database: "", schema: stored("conf"), identifier: stored(written) }),
			maker,
		};
		beforeAll(async () => {
			adapter = await maker.make();
			await adapter.open();
		});
		afterAll(async () => {
			await adapter.close();
			await maker.dispose();
		});
		beforeEach(() => bench.on((s) => s.execute("drop schema if exists conf cascade; create schema conf")));

		for (const part of parts) PARTS[part](bench);
	});
}
