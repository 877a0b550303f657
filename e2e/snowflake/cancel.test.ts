/** Ctrl-C and SIGTERM while Snowflake owes an answer, and places where nobody answers: processes of their own. */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openTfmProcesses, type TfmProcess, type TfmProcesses } from "../tfmProcess.ts";
import { type ProjectOnSnowflake, projectOnSnowflake } from "./projectOnSnowflake.ts";

/** The server holds answers back for ten minutes, so whoever ends within this has not waited for one. */
const GENEROUS = 60_000;
const HELD_BACK = { kind: "slow", delayMs: 600_000 } as const;
const FILES = {
	"tfm_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nlayers: [marts]\n",
	"models/marts/one.sql": "{{ config(materialized='table') }} select 1 as b from (values (1)) as v(x)",
};

let processes: TfmProcesses;
let shop: ProjectOnSnowflake;
beforeAll(async () => {
	processes = await openTfmProcesses();
}, GENEROUS);
afterAll(() => processes.dispose());
afterEach(() => shop.stop());

const until = async (isSo: () => boolean, run: TfmProcess): Promise<void> => {
	while (!isSo() && run.process.exitCode === null) await pause(20);
	expect(isSo(), run.said()).toBe(true);
};
const asked = (path: RegExp): readonly string[] => shop.local.server.requests().filter((one) => path.test(one));

describe("a login whose answer is held back", () => {
	test.each(["SIGINT", "SIGTERM"] as const)(
		"%s ends it, and what comes after it is never asked",
		async (signal) => {
			shop = await projectOnSnowflake(FILES);
			shop.writeProfile();
			shop.local.server.faults.add([{ path: "login-request", ...HELD_BACK, times: 99 }]);
			const run = processes.start([signal === "SIGINT" ? "run" : "debug"], shop.root);
			await until(() => asked(/login-request$/).length === 1, run);
			run.process.kill(signal);
			expect(await run.ended, run.said()).toBe(130);
			expect(asked(/query-request$/)).toEqual([]);
		},
		GENEROUS,
	);
});

describe("a statement whose answer is held back", () => {
	test(
		"SIGINT sends a cancel and ends the run; its note stays, and the next run builds",
		async () => {
			shop = await projectOnSnowflake(FILES);
			shop.writeProfile();
			shop.local.server.faults.add([{ path: "query-request", sql: "as b from", ...HELD_BACK }]);
			const run = processes.start(["run"], shop.root);
			const sent = () => shop.local.server.statements().some(({ sql }) => /as b from/.test(sql));
			await until(sent, run);
			run.process.kill("SIGINT");
			expect(await run.ended, run.said()).toBe(130);
			expect(run.said()).not.toContain("TFM-RUN-005");
			expect(run.said()).toContain("how the run ended is not written down there");
			expect(asked(/abort-request$/).length).toBeGreaterThan(0);
			expect(await shop.rows("select count(*) from tfm_state.heartbeats")).toEqual([["1"]]);

			const next = processes.start(["run"], shop.root);
			expect(await next.ended, next.said()).toBe(0);
			const ends = shop.local.server.statements().filter(({ sql }) => /system\$cancel_all_queries/.test(sql));
			expect(ends.length).toBeGreaterThan(0);
			expect(await shop.rows("select b from SHOP_MARTS.ONE")).toEqual([["1"]]);
			expect(await shop.rows("select * from tfm_state.heartbeats")).toEqual([]);
		},
		2 * GENEROUS,
	);
});

describe("places where nobody answers", () => {
	const debug = async (output: object): Promise<string> => {
		shop = await projectOnSnowflake(FILES);
		shop.writeProfile(output);
		const run = processes.start(["debug", "--connection"], shop.root, { HTTPS_PROXY: "", https_proxy: "" });
		expect(await run.ended, run.said()).toBe(1);
		return run.said();
	};

	test(
		"a port where nobody listens is told with its field",
		async () => {
			expect(await debug({ access_url: "http://127.0.0.1:1" })).toContain(
				` error[TFM-DB-026]: Snowflake account local is not reached for the login of tfm: nothing listens at 127.0.0.1:1 (ECONNREFUSED)\n   = hint: the profile's \`access_url\` names another door than the account's own\n   = next: correct \`access_url\`, or leave it out\n`,
			);
		},
		GENEROUS,
	);

	test(
		"a name that nobody knows, of an account or a host",
		async () => {
			expect(await debug({ access_url: null, host: "nobody.invalid" })).toMatch(
				/is not reached for the login of tfm: there is no host nobody\.invalid \(ENOTFOUND\)\n.*\n {3}= next: correct `host` and `port`, or leave it out\n/,
			);
		},
		GENEROUS,
	);

	test(
		"an address that is none is refused before anything is sent, and not repeated",
		async () => {
			const said = await debug({ access_url: "SECRETURL:pw" });
			expect(said).toContain(
				"`access_url` of the Snowflake profile cannot be used: it is no address like https://name.snowflakecomputing.com",
			);
			expect(said).not.toContain("SECRETURL");
		},
		GENEROUS,
	);
});
