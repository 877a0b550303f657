import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));

/** Nothing of the machine's, and the same commit ids every time. */
const GIT_ENV = {
	GIT_AUTHOR_NAME: "Ada",
	GIT_AUTHOR_EMAIL: "ada@example.com",
	GIT_AUTHOR_DATE: "2026-11-21T06:00:00Z",
	GIT_COMMITTER_NAME: "Ada",
	GIT_COMMITTER_EMAIL: "ada@example.com",
	GIT_COMMITTER_DATE: "2026-11-21T06:00:00Z",
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_CONFIG_NOSYSTEM: "1",
};

export interface Repository {
	/** A folder above it, for other clones; all of it goes with `remove`. */
	readonly work: string;
	readonly root: string;
	readonly env: Readonly<Record<string, string>>;
	git(...words: readonly string[]): string;
	/** Null removes a file; a function changes one. */
	write(files: Readonly<Record<string, string | null | ((text: string) => string)>>): void;
	/** Leaves main for a branch with these files changed. */
	branch(name: string, files: Parameters<Repository["write"]>[0]): void;
	remove(): void;
}

const REVIEWED = join(HERE, "../projects/reviewed");

/** A project as the first commit of `main`; without files, e2e/projects/reviewed. */
export function newRepository(files: { readonly from: string; readonly names?: readonly string[] } = { from: REVIEWED }) {
	const work = realpathSync(mkdtempSync(join(tmpdir(), "tfm-repository-")));
	const root = join(work, "shop");
	for (const name of files.names ?? [""]) cpSync(join(files.from, name), join(root, name), { recursive: true });
	writeFileSync(join(root, ".gitignore"), "target\nlogs\n.tfm\n");
	const env = { ...GIT_ENV, PATH: process.env.PATH ?? "" };
	const git = (...words: readonly string[]) =>
		execFileSync("git", ["-C", root, ...words], { encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] }).trim();
	const write: Repository["write"] = (files) => {
		for (const [path, text] of Object.entries(files)) {
			const full = join(root, path);
			if (text === null) rmSync(full);
			else {
				mkdirSync(dirname(full), { recursive: true });
				writeFileSync(full, typeof text === "string" ? text : text(readFileSync(full, "utf8")));
			}
		}
	};
	git("init", "--quiet", "--initial-branch", "main");
	git("add", "--all");
	git("commit", "--quiet", "--message", "The shop");
	const repository: Repository = {
		work,
		root,
		env: GIT_ENV,
		git,
		write,
		branch(name, files) {
			git("checkout", "--quiet", "--force", "-B", name, "main");
			write(files);
			git("add", "--all");
			git("commit", "--quiet", "--allow-empty", "--message", name);
		},
		remove: () => rmSync(work, { recursive: true, force: true }),
	};
	return repository;
}
