import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkOut } from "./gitCheckout.ts";

let work: string;
const commits: string[] = [];
const git = (...words: string[]): string =>
	execFileSync("git", ["-C", join(work, "repo"), "-c", "user.name=t", "-c", "user.email=t@example.com", ...words], {
		encoding: "utf8",
	}).trim();

/** Two commits: v1 is tag and branch, which point to different ones. */
beforeAll(() => {
	work = mkdtempSync(join(tmpdir(), "tfm-git-"));
	mkdirSync(join(work, "repo"));
	git("init", "--quiet", "--initial-branch=main");
	for (const text of ["one", "two"]) {
		writeFileSync(join(work, "repo", "dbt_project.yml"), text);
		git("add", ".");
		git("commit", "--quiet", "-m", text);
		commits.push(git("rev-parse", "HEAD"));
		if (text === "one") git("tag", "-a", "v1", "-m", "first");
	}
	git("branch", "v1");
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

const at = async (revision: string | null, name = String(revision)) => {
	const dir = join(work, `out-${name}`);
	const url = `file://${join(work, "repo")}`;
	const commit = await checkOut({
		url,
		label: "the repository",
		revision,
		dir,
		env: process.env,
		signal: new AbortController().signal,
	});
	return { commit, text: readFileSync(join(dir, "dbt_project.yml"), "utf8"), kept: existsSync(join(dir, ".git")) };
};

describe("a package from git", () => {
	it("is checked out at a tag before a branch of its name, without its history", async () => {
		expect(await at("v1")).toEqual({ commit: commits[0], text: "one", kept: false });
	});

	it("is checked out at a branch, the default branch, or a commit", async () => {
		expect(await at("main")).toMatchObject({ commit: commits[1] });
		expect(await at(null)).toMatchObject({ commit: commits[1] });
		expect(await at(commits[0]!)).toMatchObject({ text: "one" });
	});

	it("names the revision that is meant when there is no such one", async () => {
		await expect(at("v2")).rejects.toMatchObject({
			diagnostics: [{ code: "TFM-DEPS-020", hint: 'did you mean "v1"?' }],
		});
	});

	it("takes no address for an option", async () => {
		const request = { url: "--upload-pack=touch /tmp/evil", label: "evil", revision: null, dir: join(work, "evil") };
		const all = { ...request, env: process.env, signal: new AbortController().signal };
		await expect(checkOut(all)).rejects.toThrow("TFM-DEPS-006: git could not read evil");
	});
});
