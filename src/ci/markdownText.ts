/** Pieces of Markdown that hold words of a project. */
export const details = (summary: string, body: string): string =>
	`<details><summary>${summary}</summary>\n\n${body}\n</details>`;

export const rest = (all: readonly unknown[], shown: readonly unknown[]): readonly string[] =>
	all.length > shown.length ? ["", `and ${all.length - shown.length} more`] : [];

export const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** `12,345` */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** Words of the project must not become markup, mentions or rows of the table. */
export const cell = (text: string): string =>
	text
		.replace(/[\\`*_{}[\]<>|#~]/g, (sign) => (sign === "_" ? sign : `\\${sign}`))
		.replace(/@(?=\w)/g, "@\u200b")
		.replace(/\s*\n\s*/g, " ");

/** Inside of backticks only they, the bar of the table and line ends matter. */
export const code = (text: string): string =>
	text
		.replace(/`/g, "ʼ")
		.replace(/\|/g, "\\|")
		.replace(/\s*\n\s*/g, " ");
