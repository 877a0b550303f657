import { type Diagnostic, diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import { csvRecords } from "./csvRecords.ts";
import { inferColumn, isNullWord } from "./seedTypes.ts";

export interface SeedOptions {
	readonly delimiter: string;
	/** Column → DDL type; such columns are read as text, so leading zeros stay. */
	readonly columnTypes: Readonly<Record<string, string>>;
	/** How the database spells a header's name: two names that it spells alike are one column. */
	readonly nameOf?: (header: string) => string;
}

export interface SeedTable {
	readonly columns: readonly { readonly name: string; readonly ddl: string }[];
	/** Column by column: what each value is in the column's type. */
	readonly values: readonly (readonly (string | null)[])[];
	readonly rowCount: number;
}

/** More mistakes than this in one file are counted, not listed. */
const LISTED = 20;

/** agate's name of a column without one: a, b … z, aa … by position. */
function letterName(index: number): string {
	const letter = String.fromCharCode(97 + (index % 26));
	return letter.repeat(Math.floor(index / 26) + 1);
}

/**
 * A CSV file as a typed table, with dbt's rules: names as written, an empty line is a row of nulls, values typed by
 * seedTypes.ts. Stricter than dbt in what silently loses data: every ragged row is told (dbt fills short ones), and two
 * equal headers (dbt renames one). Throws TFM-LOAD-004 (ragged), 005 (same header twice), 006 (no header), 014 (NUL),
 * and the codes of csvRecords.
 */
export async function readSeed(absolute: string, file: string, options: SeedOptions): Promise<SeedTable> {
	let names: readonly string[] | undefined;
	let columns: string[][] = [];
	const mistakes: Diagnostic[] = [];
	const wrong = (mistake: Diagnostic): void => {
		if (mistakes.length < LISTED) mistakes.push(mistake);
	};
	let rowCount = 0;
	for await (const { values, line } of csvRecords({ absolute, file, delimiter: options.delimiter })) {
		const at = { file, line, column: 1 };
		if (values.some((v) => v.includes("\0"))) fail("TFM-LOAD-014", { file }, { at });
		if (names === undefined) {
			if (values.every((name) => name.trim() === "")) fail("TFM-LOAD-006", { file }, { at });
			names = values.map((name, i) => (name === "" ? letterName(i) : name));
			for (const mistake of twice(names, options, at)) wrong(mistake);
			columns = names.map(() => []);
			continue;
		}
		const blank = values.length === 1 && values[0] === "";
		if (values.length !== names.length && !blank) {
			const facts = { found: values.length, expected: names.length };
			wrong(diagnostic("TFM-LOAD-004", facts, { at, source: values.join(options.delimiter) }));
			continue;
		}
		rowCount++;
		for (let i = 0; i < columns.length; i++) columns[i]!.push(blank ? "" : values[i]!);
	}
	if (names === undefined) fail("TFM-LOAD-006", { file }, { at: { file, line: 1, column: 1 } });
	if (mistakes.length > 0) throw new TfmError(mistakes);
	const typed = columns.map((raw, i) => {
		const ddl = Object.hasOwn(options.columnTypes, names[i]!) ? options.columnTypes[names[i]!] : undefined;
		return ddl === undefined ? inferColumn(raw) : { ddl, values: raw.map((v) => (isNullWord(v) ? null : v)) };
	});
	return {
		columns: typed.map(({ ddl }, i) => ({ name: names[i]!, ddl })),
		values: typed.map((t) => t.values),
		rowCount,
	};
}

function twice(
	names: readonly string[],
	options: SeedOptions,
	at: { file: string; line: number; column: number },
): readonly Diagnostic[] {
	const spelled = names.map(options.nameOf ?? ((name) => name));
	return names.flatMap((name, i) => {
		const first = spelled.indexOf(spelled[i]!);
		return first === i ? [] : [diagnostic("TFM-LOAD-005", { name, first: first + 1, second: i + 1 }, { at })];
	});
}
