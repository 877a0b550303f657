/**
 * `state:` beside dbt 1.12.6: a project, dbt's own manifest of it, and changes to its files one at a time. After each
 * the ten states select what dbt selected, break where it broke and warn where it warned.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selectListed } from "../src/app/ls.ts";
import { type OpenProject, openProject } from "../src/app/openProject.ts";
import { parseArgv } from "../src/cli/parseArgv.ts";
import { readFlags } from "../src/cli/readFlags.ts";
import { TfmError } from "../src/core/diagnostic.ts";
import type { Invocation } from "../src/core/invocation.ts";
import { findNode } from "../src/core/manifest.ts";
import type { NodeId } from "../src/core/node.ts";
import golden from "./state.golden.json" with { type: "json" };

/** A path, what stands there, and what takes its place; null for all of it or none. */
type Change = readonly [path: string, before: string | null, after: string | null];
type Answer = readonly number[] | { readonly error: string } | true;

const PROFILES =
	"shop: {target: dev, outputs: {dev: {type: postgres, host: h, user: u, password: p, dbname: d, schema: dev}}}";
const silent = { write: () => {}, isTTY: false, columns: 120 };
const assetsDir = join(import.meta.dirname, "../dist");
let folder: string;
beforeAll(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), "tfm-state-")));
	writeAll(join(folder, "old"), { "manifest.json": JSON.stringify(golden.manifest) });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function writeAll(root: string, files: Readonly<Record<string, string>>): void {
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
}

function changed(changes: readonly Change[]): Record<string, string> {
	const files: Record<string, string> = { ...golden.files, "profiles.yml": PROFILES };
	for (const [path, before, after] of changes) {
		if (after === null) delete files[path];
		else if (before === null) files[path] = after;
		else files[path] = (files[path] ?? "").replace(before, () => after);
	}
	return files;
}

async function invocationOf(cwd: string, args: readonly string[]): Promise<Invocation> {
	const parsed = await parseArgv(["ls", ...args], 100);
	if (parsed.kind !== "command") throw new Error(`${args.join(" ")} is no command`);
	return {
		command: "ls",
		commandLine: "tfm ls",
		...(await readFlags({ ...parsed, env: {} })),
		cwd,
		env: {},
		stdout: silent,
		stderr: silent,
		signal: new AbortController().signal,
		clock: () => new Date("2026-11-21"),
		ask: null,
		assetsDir,
		host: { name: "host", pid: 1, user: "someone" },
	};
}

function lineOf({ manifest }: OpenProject, id: NodeId): string {
	const node = findNode(manifest, id);
	if (node?.resource_type === "source") return `source:${node.package_name}.${node.source_name}.${node.name}`;
	if (node?.resource_type === "exposure") return `exposure:${node.package_name}.${node.name}`;
	return node?.fqn.join(".") ?? "";
}

describe("selecting by state agrees with dbt", () => {
	for (const [i, { name, changes, args = [], answers }] of golden.cases.entries())
		it(name, async () => {
			const root = join(folder, `case${i}`);
			writeAll(root, changed(changes as unknown as readonly Change[]));
			const project = await openProject(await invocationOf(root, args));
			for (const [selector, answer] of Object.entries(answers) as unknown as readonly (readonly [string, Answer])[]) {
				if (answer === true) continue;
				const selecting = ["-s", selector, "--state", "../old", "--resource-type", "all", ...args];
				const invocation = await invocationOf(root, selecting);
				if ("error" in answer) {
					expect(() => selectListed(invocation, project), selector).toThrow(TfmError);
					continue;
				}
				const { ids, warnings } = selectListed(invocation, project);
				const lines = ids.map((id) => lineOf(project, id));
				expect(lines, selector).toEqual(answer.map((position) => golden.lines[position]));
				const warns = Object.hasOwn(answers, `${selector} warns`);
				expect(
					warnings.some(({ code }) => code === "TFM-STATE-005"),
					selector,
				).toBe(warns);
			}
		});
});
