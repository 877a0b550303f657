/**
 * `tfm ls` beside dbt 1.12.6's `dbt ls` on one project (e2e/projects/selection): the same words, flags and variables,
 * the same nodes, and a warning where dbt warned. `written` are cases that somebody thought of, `random` were made by a
 * generator of selectors, `definitions` have a selectors.yml of their own. The ids of an answer are positions in `ids`.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { selectListed } from "../src/app/ls.ts";
import { type OpenProject, openProject } from "../src/app/openProject.ts";
import { parseArgv } from "../src/cli/parseArgv.ts";
import { readFlags } from "../src/cli/readFlags.ts";
import { TfmError } from "../src/core/diagnostic.ts";
import type { Invocation } from "../src/core/invocation.ts";
import type { Plain } from "../src/core/node.ts";
import golden from "./selection.golden.json" with { type: "json" };

interface Case {
	readonly args: readonly string[];
	readonly env?: Readonly<Record<string, string>>;
	readonly ids?: string;
	/** Words that matched nothing; NONE: nothing is listed; IGNORED: --select beside --selector. */
	readonly warnings?: readonly string[];
	readonly error?: string;
}

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "projects/selection");
const silent = { write: () => {}, isTTY: false, columns: 120 };

async function invocationOf(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Invocation> {
	const parsed = await parseArgv(["ls", ...args], 100);
	if (parsed.kind !== "command") throw new Error(`${args.join(" ")} is no command`);
	return {
		command: "ls",
		commandLine: "tfm ls",
		...(await readFlags({ ...parsed, env })),
		cwd: ROOT,
		env,
		stdout: silent,
		stderr: silent,
		signal: new AbortController().signal,
		clock: () => new Date(0),
		ask: null,
		assetsDir: join(ROOT, "../../../dist"),
		host: { name: "host", pid: 1, user: "someone" },
	};
}

const positions = (text: string): number[] =>
	text === ""
		? []
		: text.split(",").flatMap((range) => {
				const [from = 0, to = from] = range.split("-").map(Number);
				return Array.from({ length: to - from + 1 }, (_, i) => from + i);
			});

/** Where tfm means to differ: what dbt dies of or lets pass by accident. */
const DIFFERENT: Readonly<Record<string, string>> = {
	"test_type:dat": "dbt looks for the text inside of `data`; tfm knows the four names",
	"test_type:": "the same",
	"path:.": "dbt ends with an IndexError; here it is the whole project",
	" ": "blanks around and between words are no words",
	"customers  revenue": "the same",
	'{"tag":3}': "dbt ends with a TypeError; here it is the tag `3`",
	'{"method":"fqn","value":"stg_orders","children":true,"children_depth":-1}': "tfm takes steps forward only",
	'{"method":"fqn","value":"stg_orders","children":true,"children_depth":1.5}': "tfm takes whole steps only",
	'"customers" "revenue"': "of two selectors with one name dbt takes the last",
};

let project: OpenProject;
beforeAll(async () => {
	project = await openProject(await invocationOf([]));
});

async function answer(
	one: Case,
	of: OpenProject,
): Promise<{ ids?: readonly string[]; warnings?: string[]; error?: string }> {
	try {
		const { ids, warnings } = selectListed(await invocationOf(one.args, one.env), of);
		const said = warnings.map(({ code, message }) =>
			code === "TFM-SELECT-012"
				? "IGNORED"
				: code === "TFM-SELECT-013"
					? "NONE"
					: (/"(.*)"/.exec(message)?.[1] ?? message),
		);
		return { ids, warnings: said };
	} catch (error) {
		if (error instanceof TfmError) return { error: error.diagnostics[0]?.code ?? "none" };
		throw error;
	}
}

async function expectSame(one: Case, of: OpenProject): Promise<void> {
	const { ids, warnings, error } = await answer(one, of);
	expect(error).toEqual(one.error === undefined ? undefined : expect.stringMatching(/^TFM-SELECT-/));
	expect(ids).toEqual(one.ids === undefined ? undefined : positions(one.ids).map((at) => golden.ids[at]));
	// That nothing is listed is said only where no word is said to match nothing.
	const remarks = (one.warnings ?? []).filter((word, _, all) => word !== "NONE" || all.length === 1);
	expect(warnings).toEqual(one.error === undefined ? remarks : undefined);
}

const wordsOf = ({ args, env = {} }: Case): string =>
	[
		...Object.entries(env).map(([name, value]) => `${name}=${value}`),
		"ls",
		...args.map((word) => (/^[\w+-]+$/.test(word) ? word : JSON.stringify(word))),
	].join(" ");

function compare(title: string, key: string, work: () => Promise<void>): void {
	const why = DIFFERENT[key];
	if (why === undefined) it(title, work);
	else it(`except ${title}: ${why}`, () => expect(work()).rejects.toThrow());
}

describe("tfm ls agrees with dbt", () => {
	for (const one of golden.written as readonly Case[]) {
		compare(wordsOf(one), one.args.at(-1) ?? "", () => expectSame(one, project));
	}

	it("on more than 500 random selections", async () => {
		const cases = golden.random as readonly Case[];
		expect(cases.length).toBeGreaterThan(500);
		for (const one of cases) {
			await expectSame(one, project).catch((cause) => {
				throw new Error(`${wordsOf(one)}: ${cause.message}`);
			});
		}
	});

	for (const { file, ...one } of golden.definitions as readonly (Case & { file: { selectors: readonly Plain[] } })[]) {
		const written = file.selectors.map((entry) => JSON.stringify((entry as { definition?: Plain })?.definition));
		compare(`${wordsOf(one)} with ${JSON.stringify(file.selectors)}`, written.join(" "), () => {
			const selectors = { entries: file.selectors, at: () => ({}) };
			return expectSame(one, { ...project, config: { ...project.config, selectors } });
		});
	}
});
