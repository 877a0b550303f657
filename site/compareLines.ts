export interface ComparedLine {
	readonly change: "same" | "added" | "removed";
	readonly text: string;
}

/** More lines than this beyond what begins and ends the same are shown as replaced: the table would be too large. */
const MOST = 2000;

/** The longest common subsequence of lines; equal beginnings and ends are set aside first. */
export function compareLines(before: string, after: string): readonly ComparedLine[] {
	const [a, b] = [before.split("\n"), after.split("\n")];
	let head = 0;
	while (head < a.length && head < b.length && a[head] === b[head]) head++;
	let tail = 0;
	while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
	const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
	const same = (text: string): ComparedLine => ({ change: "same", text });
	return [...a.slice(0, head).map(same), ...middle(left, right), ...a.slice(a.length - tail).map(same)];
}

function middle(left: readonly string[], right: readonly string[]): ComparedLine[] {
	const removed = (text: string): ComparedLine => ({ change: "removed", text });
	const added = (text: string): ComparedLine => ({ change: "added", text });
	if (left.length > MOST || right.length > MOST) return [...left.map(removed), ...right.map(added)];
	const width = right.length + 1;
	const longest = new Uint16Array((left.length + 1) * width);
	for (let i = left.length - 1; i >= 0; i--)
		for (let j = right.length - 1; j >= 0; j--)
			longest[i * width + j] =
				left[i] === right[j]
					? longest[(i + 1) * width + j + 1]! + 1
					: Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
	const lines: ComparedLine[] = [];
	let [i, j] = [0, 0];
	while (i < left.length || j < right.length) {
		if (i < left.length && j < right.length && left[i] === right[j]) {
			lines.push({ change: "same", text: left[i]! });
			i++;
			j++;
		} else if (j >= right.length || (i < left.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!))
			lines.push(removed(left[i++]!));
		else lines.push(added(right[j++]!));
	}
	return lines;
}
