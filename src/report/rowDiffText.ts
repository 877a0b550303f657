import { mask } from "./nodeFacts.ts";
import { columnsOfText } from "./textColumns.ts";

interface Sides {
	readonly base: number;
	readonly head: number;
}
interface Sample {
	readonly kind: "added" | "removed" | "changed";
	readonly key: readonly (string | null)[];
	readonly values: readonly { readonly column: string; readonly base: string | null; readonly head: string | null }[];
}
interface Change {
	readonly column: string;
	readonly rows: number;
	readonly nulls: Sides;
	readonly sum: { readonly base: string | null; readonly head: string | null } | null;
}
interface Columns {
	readonly added: readonly { readonly name: string; readonly type: string }[];
	readonly removed: readonly { readonly name: string; readonly type: string }[];
	readonly retyped: readonly { readonly name: string; readonly base: string; readonly head: string }[];
	readonly compared: readonly string[];
	readonly ignored: readonly string[];
}
interface Common {
	readonly key: readonly string[];
	readonly columns: Columns;
	readonly rows: Sides;
	readonly added: number;
	readonly removed: number;
}
interface Keyed extends Common {
	readonly kind: "keyed";
	readonly nullKeys: Sides;
	readonly changed: number;
	readonly same: number;
	readonly changedColumns: readonly Change[];
	readonly samples: readonly Sample[];
}
interface Unkeyed extends Common {
	readonly kind: "unkeyed";
	readonly because: "none" | "duplicates";
	readonly duplicateRows: Sides;
	readonly samples: readonly Sample[];
}
/** diff's RowDiff, as far as it is shown. */
type Diff = Keyed | Unkeyed;

/** The same with personal data masked: in samples, and sums of such columns left out. */
export function maskDiff<D extends Diff>(diff: D, isPersonal: (column: string) => boolean): D {
	const hide = (column: string, value: string | null): string | null =>
		value !== null && isPersonal(column) ? mask(value) : value;
	const samples = diff.samples.map((sample) => ({
		...sample,
		key: sample.key.map((value, i) => hide(diff.key[i] ?? "", value)),
		values: sample.values.map((value) => ({
			...value,
			base: hide(value.column, value.base),
			head: hide(value.column, value.head),
		})),
	}));
	if (diff.kind === "unkeyed") return { ...diff, samples };
	const changedColumns = diff.changedColumns.map((change) =>
		isPersonal(change.column) ? { ...change, sum: null } : change,
	);
	return { ...diff, samples, changedColumns };
}

const count = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const rowsOf = (n: number): string => `${count(n)} ${n === 1 ? "row" : "rows"}`;
const percent = (part: number, whole: number): string =>
	whole === 0 || part === 0 ? "" : ` (${part / whole < 0.001 ? "<0.1" : ((100 * part) / whole).toFixed(1)}%)`;

const LONGEST = 40;
function short(text: string | null): string {
	if (text === null) return "null";
	if (text === "") return "''";
	const line = text.replace(/\s*\n\s*/g, "⏎");
	return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

interface Titled {
	readonly name: string;
	readonly base: string;
	readonly head: string;
	readonly diff: Diff;
}

/** What a person reads: the counts first, then columns, then a few rows. */
export function rowDiffText({ name, base, head, diff }: Titled): string {
	const { rows } = diff;
	const lines = [`${name}: ${head} beside ${base}`, ...problems(diff)];
	const [wasRows, isRows] = [count(rows.base), count(rows.head)];
	lines.push(` rows      ${wasRows === isRows ? wasRows : `${wasRows} → ${isRows}`}`);
	if (diff.kind === "unkeyed") {
		lines.push(` added     ${count(diff.added)}`, ` removed   ${count(diff.removed)}`);
	} else {
		lines.push(` key       ${diff.key.join(", ")}`);
		lines.push(` added     ${count(diff.added)}`, ` removed   ${count(diff.removed)}`);
		lines.push(
			` changed   ${count(diff.changed)}${percent(diff.changed, rows.base)}`,
			` same      ${count(diff.same)}${uncompared(diff.columns)}`,
		);
	}
	lines.push(...columnLines(diff.columns));
	const text = `${lines.join("\n")}\n`;
	return diff.kind === "unkeyed"
		? `${text}${wholeSamplesText(diff)}`
		: `${text}${changesText(diff)}${samplesText(diff)}`;
}

function problems(diff: Diff): string[] {
	if (diff.kind === "keyed") {
		const { base, head } = diff.nullKeys;
		return base + head === 0
			? []
			: [` ! the key is null in ${rowsOf(base)} before and ${rowsOf(head)} after: not compared`];
	}
	if (diff.because === "none")
		return [" ! no key is known, so whole rows are compared: name one with --key, unique_key or a unique test"];
	const { base, head } = diff.duplicateRows;
	return [
		` ! ${diff.key.join(", ")} is not unique: ${rowsOf(base)} too many before, ${count(head)} after; whole rows are compared`,
	];
}

/** A column that only one side has is compared with nothing, so a row cannot be called the same without a word. */
const uncompared = ({ added, removed }: Columns): string =>
	added.length + removed.length === 0 ? "" : " in the columns that both have";

/** Of one type, gone and come: it may be the same column under another name, which only a person can tell. */
const renamed = ({ added, removed }: Columns): string[] =>
	removed.flatMap(({ name, type }) => {
		const twins = added.filter((column) => column.type === type);
		const alone = twins.length === 1 && removed.filter((column) => column.type === type).length === 1;
		return alone ? [` ? column  ${name} → ${twins[0]?.name}, if it was renamed: not compared`] : [];
	});

function columnLines(columns: Columns): string[] {
	const { added, removed, retyped, ignored } = columns;
	return [
		...renamed(columns),
		...added.map(({ name, type }) => ` + column  ${name} ${type}`),
		...removed.map(({ name, type }) => ` - column  ${name} ${type}`),
		...retyped.map((c) => ` ~ column  ${c.name} ${c.base} → ${c.head}`),
		...(ignored.length === 0 ? [] : [` ignored   ${ignored.join(", ")}`]),
	];
}

function changesText({ changedColumns, rows }: Keyed): string {
	if (changedColumns.length === 0) return "";
	const pair = (base: string | null, head: string | null): string =>
		base === head ? short(base) : `${short(base)} → ${short(head)}`;
	const table = columnsOfText(
		["CHANGED COLUMN", "ROWS", "", "NULLS", "SUM"],
		changedColumns.map((c) => [
			c.column,
			count(c.rows),
			percent(c.rows, rows.base).trim(),
			pair(count(c.nulls.base), count(c.nulls.head)),
			c.sum === null ? "" : pair(c.sum.base, c.sum.head),
		]),
		new Set([1, 2]),
	);
	return `\n${table}`;
}

/** Both values cut where they begin to differ, so that long ones are told from each other. */
function change(base: string | null, head: string | null): string {
	if (base === null || head === null || Math.min(base.length, head.length) < LONGEST)
		return `${short(base)} → ${short(head)}`;
	let same = 0;
	while (same < base.length && base[same] === head[same]) same++;
	const from = same < LONGEST / 2 ? 0 : same - 10;
	const cut = (text: string): string => short(`${from > 0 ? "…" : ""}${text.slice(from)}`);
	return `${cut(base)} → ${cut(head)}`;
}

/** Rows without a key: all their columns. */
function wholeSamplesText({ samples, added, removed }: Unkeyed): string {
	const columns = samples[0]?.values.map(({ column }) => column) ?? [];
	if (columns.length === 0) return "";
	const rows = samples.map(({ kind, values }) => [
		kind,
		...values.map((value) => short(kind === "removed" ? value.base : value.head)),
	]);
	const table = columnsOfText(["", ...columns.map((column) => column.toUpperCase())], rows, new Set());
	const more = added + removed - samples.length;
	return `\n${table}${more > 0 ? `and ${rowsOf(more)} more (--samples)\n` : ""}`;
}

function samplesText({ samples, key, added, removed, changed: allChanged }: Keyed): string {
	if (samples.length === 0) return "";
	const changed = samples.filter((s) => s.kind === "changed");
	const columns = [...new Set(changed.flatMap((s) => s.values.map((v) => v.column)))];
	const rows = samples.map((sample) => [
		sample.kind,
		...sample.key.map(short),
		...columns.map((column) => {
			const value = sample.values.find((v) => v.column === column);
			return value === undefined ? "" : change(value.base, value.head);
		}),
	]);
	const table = columnsOfText(
		["", ...key.map((k) => k.toUpperCase()), ...columns.map((c) => c.toUpperCase())],
		rows,
		new Set(),
	);
	const more = added + removed + allChanged - samples.length;
	return `\n${table}${more > 0 ? `and ${rowsOf(more)} more (--samples)\n` : ""}`;
}
