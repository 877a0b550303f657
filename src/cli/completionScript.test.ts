import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { completionScript } from "./completionScript.ts";

/** What bash would offer after these words, the last one being typed. */
function complete(...words: readonly string[]): string[] {
	const script = `${completionScript("bash")}
tfm() { printf 'orders\\ncustomers\\n'; }
COMP_WORDS=(tfm ${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length}
_tfm; printf '%s\\n' "\${COMPREPLY[@]}"`;
	const out = execFileSync("bash", ["-c", script], { encoding: "utf8" });
	return out.split("\n").filter((word) => word !== "");
}

test("bash completes commands, options, values and, after --select, the names of nodes", () => {
	expect(complete("ru")).toEqual(["run", "run-operation"]);
	expect(complete("run", "--full")).toEqual(["--full-refresh"]);
	expect(complete("run", "--favor")).toEqual(["--favor-state"]);
	expect(complete("sta")).toEqual(["state"]);
	expect(complete("state", "e")).toEqual(["explain"]);
	expect(complete("state", "explain", "--output", "j")).toEqual(["json"]);
	expect(complete("show", "--output", "")).toEqual(["text", "json", "csv"]);
	expect(complete("ls", "--output", "j")).toEqual(["json"]);
	expect(complete("-q", "run", "--select", "o")).toEqual(["orders"]);
	expect(complete("completion", "f")).toEqual(["fish"]);
});

test("zsh and fish get each command with its sentence", () => {
	expect(completionScript("zsh")).toContain("'retry:Take up the last run where it failed'");
	expect(completionScript("fish")).toContain(
		"complete -c tfm -n __fish_use_subcommand -a retry -d 'Take up the last run where it failed'\n",
	);
});
