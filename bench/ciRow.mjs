/** `tfm ci` without a warehouse, of a large project in a git repository whose base has its state in a store. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { here, runNode } from "./measure.mjs";

const TFM = join(here, "../bin/tfm.js");

const must = (fact, message) => {
	if (!fact) throw new Error(message);
};

/** The same on every machine, whatever git is told there. */
const GIT_ENV = {
	...process.env,
	GIT_CONFIG_GLOBAL: "/dev/null",
	GIT_CONFIG_NOSYSTEM: "1",
	GIT_AUTHOR_NAME: "bench",
	GIT_AUTHOR_EMAIL: "bench@example.com",
	GIT_COMMITTER_NAME: "bench",
	GIT_COMMITTER_EMAIL: "bench@example.com",
};

/** Commits the project, keeps the state of that commit, and leaves a branch that has been reviewed once. */
function prepare(project) {
	if (existsSync(join(project, ".git"))) return;
	const git = (...words) => execFileSync("git", ["-C", project, ...words], { env: GIT_ENV, stdio: "pipe" });
	writeFileSync(join(project, ".gitignore"), "target/\n.tfm/\nlogs/\nstates/\n");
	writeFileSync(join(project, "tfm.yml"), "ci: { state: states }\n");
	git("init", "--quiet", "--initial-branch", "main");
	git("add", "--all");
	git("commit", "--quiet", "--message", "first");
	runNode([TFM, "state", "save"], { cwd: project });
	git("checkout", "--quiet", "-b", "change");
	runNode([TFM, "ci", "--base", "main"], { cwd: project });
}

/** A model of the last layer, deep in the graph. */
function someModel(project) {
	const folder = join(project, "models/reporting");
	const [group] = readdirSync(folder).sort();
	const [file] = readdirSync(join(folder, group))
		.filter((name) => name.endsWith(".sql"))
		.sort();
	return join(folder, group, file);
}

/** `edit`: one model's filter is another one in each round; without it nothing is changed. */
export function ciOf(project, models, { edit }) {
	prepare(project);
	const file = someModel(project);
	const text = readFileSync(file, "utf8");
	let round = 0;
	if (!edit) runNode([TFM, "ci", "--base", "main"], { cwd: project });
	return {
		subject: {
			args: [TFM, "ci", "--base", "main"],
			options: { cwd: project },
			before: () => {
				if (edit) writeFileSync(file, text.replace(/\bwhere\b/, `where ${++round} = ${round} and`));
			},
			check: (stdout) =>
				must(stdout.includes(edit ? "tfm: 1 node changed" : "no node does anything else"), stdout.slice(0, 200)),
		},
		floors: [
			{
				title: "walk, read, hash",
				args: [join(here, "parseFloor.mjs"), project, "--unchanged"],
				options: { cwd: project },
				check: (stdout) => must(JSON.parse(stdout).hashed >= models, "the floor read something else"),
			},
			{
				title: "`tfm ls` of one node of the same, nothing changed",
				args: [TFM, "ls", "--select", "raw_0"],
				options: { cwd: project },
				check: (stdout) => must(stdout.includes("raw_0"), "ls lists something else"),
			},
		],
	};
}
