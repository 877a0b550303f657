import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { loadDriver } from "./driver.ts";

test("the driver is loaded, and leaves no navigator behind that was not there", () => {
	const before = "navigator" in globalThis;
	expect(loadDriver().Client).toBeTypeOf("function");
	expect("navigator" in globalThis).toBe(before);
});

test("pg loads no fetch where there is a navigator: what loadDriver counts on", () => {
	const script = `
		Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Node.js" }, configurable: true });
		let asked = false;
		Object.defineProperty(globalThis, "Response", { get: () => { asked = true; }, configurable: true });
		require("pg");
		console.log(asked);`;
	expect(execFileSync(process.execPath, ["-e", script], { encoding: "utf8" })).toBe("false\n");
});
