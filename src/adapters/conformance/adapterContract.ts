import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import type { Adapter } from "../../core/adapter.ts";
import { bulkLoadContract } from "./bulkLoadContract.ts";
import { catalogContract } from "./catalogContract.ts";
import type { AdapterMaker, ContractBench } from "./contractBench.ts";
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
 * The SQL here is Postgres'; an adapter of another family takes the parts that hold for it and brings its own values.
 */
export function describeAdapterContract(name: string, maker: AdapterMaker): void {
	describe(`the adapter contract, ${name}`, () => {
		let adapter: Adapter;
		const bench: ContractBench = { on: (work) => adapter.withSession(work), adapter: () => adapter, maker };
		beforeAll(async () => {
			adapter = await maker.make();
			await adapter.open();
		});
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
