import { readFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { makeSandbox } from "../config/testing/sandbox.ts";
import { readWith } from "./testing/readProject.ts";

/** The project and what dbt-core 1.12.6 wrote for it (`dbt parse`). */
const golden = JSON.parse(readFileSync(new URL("golden/writtenConfig.golden.json", import.meta.url), "utf8"));
const sandbox = makeSandbox({ ...golden.files, "profiles.yml": "p5: {target: dev, outputs: {dev: {type: pglite}}}\n" });
afterAll(() => sandbox.remove());

it("keeps of several config() calls, plain, conditional and beside property files, what dbt keeps in unrendered_config", async () => {
	const { manifest } = readWith(await sandbox.load());
	const models = [...manifest.nodes.values()].filter((node) => node.resource_type === "model");
	expect(Object.fromEntries(models.map((node) => [node.name, node.unrendered_config]))).toEqual(golden.expected);
});
