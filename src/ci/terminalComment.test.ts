import { expect, it } from "vitest";
import { cell, details } from "./markdownText.ts";
import { terminalComment } from "./terminalComment.ts";

it("the comment has no markup of web pages on a terminal, and keeps what a project wrote", () => {
	const parts = [
		"<!-- tfm-ci:shop -->",
		"### ✅ tfm",
		`| a<br>${cell("b <br> c")} |`,
		details("Columns (1 column)", "| x |"),
	];
	expect(terminalComment(`${parts.join("\n\n")}\n`)).toBe(
		"### ✅ tfm\n\n| a; b \\<br\\> c |\n\n**Columns (1 column)**\n\n| x |\n",
	);
});
