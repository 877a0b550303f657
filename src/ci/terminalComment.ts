/** The comment for a person's terminal: without what only a web page folds or hides. */
export const terminalComment = (comment: string): string =>
	comment
		.replace(/^<!-- tfm-ci:.* -->\n\n/, "")
		.replace(/^<details><summary>(.*)<\/summary>$/gm, "**$1**")
		.replace(/^<\/details>\n?/gm, "")
		.replaceAll("<br>", "; ");
