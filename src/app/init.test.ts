import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { Invocation } from "../core/invocation.ts";
import { initProject } from "./init.ts";

const root = mkdtempSync(join(tmpdir(), "tfm-init-"));
afterEach(() => rmSync(root, { recursive: true, force: true }));

it("refuses an answer that is none of those offered, and writes nothing", async () => {
	const answers = ["shop", "oracle"];
	const invocation = {
		command: "init",
		cwd: root,
		flags: { extra: {} },
		ask: async () => answers.shift() ?? "",
	} as unknown as Invocation;
	await expect(initProject(invocation)).rejects.toThrow(
		/^TFM-INIT-003: "oracle" is not one of pglite, postgres, snowflake$/,
	);
	expect(readdirSync(root)).toEqual([]);
});
