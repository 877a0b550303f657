import { padEnd, padStart, textWidth } from "./textWidth.ts";

/** Rows under their titles, as wide as the widest cell; the last column is not padded. `right`: columns of figures. */
export function columnsOfText(
	head: readonly string[],
	rows: readonly (readonly string[])[],
	right: ReadonlySet<number>,
): string {
	const widths = head.map((title, i) => Math.max(textWidth(title), ...rows.map((row) => textWidth(row[i] ?? ""))));
	const line = (cells: readonly string[]): string =>
		cells
			.map((cell, i) =>
				right.has(i) ? padStart(cell, widths[i]!) : i === cells.length - 1 ? cell : padEnd(cell, widths[i]!),
			)
			.join("  ")
			.trimEnd();
	return `${[head, ...rows].map(line).join("\n")}\n`;
}
