import { describe, expect, it } from "vitest";
import type { TfmError } from "../core/diagnostic.ts";
import type { Flags } from "../core/invocation.ts";
import { takeOver } from "./takeOver.ts";

const flags = {
	fullRefresh: false,
	empty: false,
	failFast: false,
	defer: false,
	favorState: false,
	extra: {},
} as Flags;

describe("takeOver", () => {
	it("takes the flags of the earlier command, and its variables and threads where the retry names none", () => {
		const args = {
			vars: { day: 1 },
			threads: 3,
			target: "prod",
			full_refresh: true,
			defer: true,
			state: "old",
			store_failures: false,
		};
		expect(takeOver(flags, args)).toMatchObject({
			vars: { day: 1 },
			threads: 3,
			target: "prod",
			fullRefresh: true,
			defer: true,
			state: "old",
			storeFailures: false,
		});
		const own = { ...flags, vars: { day: 2 }, threads: 1, target: "dev", state: "results" };
		expect(takeOver(own, args)).toMatchObject({ vars: { day: 2 }, threads: 1, target: "dev", state: "old" });
	});

	it("knows what run-operation was asked for", () => {
		expect(takeOver(flags, { macro: "grant_all", args: { to: "bi" } }).extra).toEqual({
			macro: "grant_all",
			args: { to: "bi" },
		});
		expect(takeOver(flags, { sql: "select 1", args: "no mapping" }).extra).toEqual({ sql: "select 1" });
	});

	it("asks for a variable that the file hides, unless it is given again", () => {
		const args = { vars: { password: "*****" } };
		try {
			takeOver(flags, args);
			expect.unreachable();
		} catch (error) {
			expect((error as TfmError).diagnostics[0]?.code).toBe("TFM-APP-016");
		}
		expect(takeOver({ ...flags, vars: { password: "s" } }, args).vars).toEqual({ password: "s" });
	});
});
