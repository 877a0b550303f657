/** The workflows of this repository, the action it offers and the example of docs/ci.md: what they may do, and for whom. */
import { readdirSync, readFileSync } from "node:fs";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";

interface Step {
	readonly uses?: string;
	readonly run?: string;
	readonly with?: { readonly [key: string]: unknown };
}
interface Job {
	readonly permissions?: unknown;
	readonly environment?: string;
	readonly "timeout-minutes"?: number;
	readonly steps: readonly Step[];
}
interface Workflow {
	readonly on: { readonly [event: string]: unknown };
	readonly permissions?: unknown;
	readonly concurrency?: unknown;
	readonly jobs: { readonly [name: string]: Job };
}

const FOLDER = ".github/workflows";
const files = [
	...readdirSync(FOLDER).map((file) => ({
		file: `${FOLDER}/${file}`,
		text: readFileSync(`${FOLDER}/${file}`, "utf8"),
	})),
	{ file: "docs/ci.md", text: /```yaml\n(on: [^`]*)```/.exec(readFileSync("docs/ci.md", "utf8"))?.[1] ?? "" },
];
const workflows = files.map(({ file, text }) => ({ file, text, workflow: load(text) as Workflow }));
const action = readFileSync("action.yml", "utf8");
const { runs } = load(action) as { readonly runs: { readonly steps: readonly Step[] } };

const stepsOf = ({ jobs }: Workflow): readonly Step[] => Object.values(jobs).flatMap(({ steps }) => steps);
const runsForForks = ({ on }: Workflow): boolean => "pull_request" in on;

/** All that a job may have beyond reading the files, and why. */
const MORE = {
	// The comment, and findings for code scanning.
	[`${FOLDER}/tfm-ci.yml review`]: { contents: "read", "pull-requests": "write", "security-events": "write" },
} as const;

describe.each(workflows)("the workflow of $file", ({ file, text, workflow }) => {
	it("may read the files, and its jobs no more than they need", () => {
		const example = { contents: "read", "pull-requests": "write" };
		expect(workflow.permissions).toEqual(file === "docs/ci.md" ? example : { contents: "read" });
		for (const [name, { permissions }] of Object.entries(workflow.jobs))
			expect(permissions).toEqual(MORE[`${file} ${name}` as keyof typeof MORE]);
	});

	it("names others' actions by commit, with the version beside it", () => {
		for (const { uses } of stepsOf(workflow))
			if (uses !== undefined && uses !== "./") expect(uses).toMatch(/^[\w-]+(\/[\w.-]+)+@[0-9a-f]{40}$/);
		for (const line of text.split("\n").filter((one) => /uses: [^.]/.test(one)))
			expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
	});

	it("has no secret where a fork's code runs, and no event that would give it one", () => {
		for (const event of ["pull_request_target", "workflow_run", "issue_comment"])
			expect(workflow.on).not.toHaveProperty(event);
		if (runsForForks(workflow)) expect(text).not.toMatch(/\bsecrets\s*[.[]/);
		else for (const { environment } of Object.values(workflow.jobs)) expect(environment).toBe("production");
	});

	it("leaves no token in the checked-out folder, and no word of a pull request in a script", () => {
		for (const { uses, run, with: options } of stepsOf(workflow)) {
			if (uses?.startsWith("actions/checkout@")) expect(options?.["persist-credentials"]).toBe(false);
			expect(run ?? "").not.toContain("${{");
		}
	});

	it("runs once at a time for what it is about, and not for ever", () => {
		expect(workflow.concurrency).toEqual({ group: expect.any(String), "cancel-in-progress": runsForForks(workflow) });
		for (const job of Object.values(workflow.jobs)) expect(job["timeout-minutes"]).toBeGreaterThan(0);
	});
});

describe("action.yml", () => {
	it("takes inputs as variables, uses no other action, and refuses pull_request_target before anything runs", () => {
		for (const { uses, run } of runs.steps) {
			expect(uses).toBeUndefined();
			expect(run).not.toContain("${{");
		}
		expect(runs.steps[0]?.run).toMatch(
			/^if \[ "\$GITHUB_EVENT_NAME" = pull_request_target \]; then\n.*\n {2}exit 2\nfi\n/,
		);
	});

	it("is described with all of its inputs in docs/ci.md", () => {
		const { inputs } = load(action) as { readonly inputs: object };
		const page = readFileSync("docs/ci.md", "utf8");
		for (const name of Object.keys(inputs)) expect(page).toContain(`| \`${name}\` |`);
	});
});
