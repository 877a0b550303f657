import type { Name } from "./sql/names.ts";
import type { ColumnType } from "./sql/types.ts";

export interface AnswerColumn {
	readonly name: Name;
	readonly type: ColumnType;
	readonly nullable: boolean;
}

/** Snowflake's statementTypeId, by which the driver tells queries from changes. */
export const STATEMENT = {
	select: 0x1000,
	insert: 0x3100,
	update: 0x3200,
	delete: 0x3300,
	merge: 0x3400,
	copy: 0x3600,
	other: 0x6000,
} as const;

/** Rows as an array has them; those of a large answer are made when they are asked for. */
export type RowList = Pick<readonly (readonly (string | null)[])[], "length" | "slice">;

/** What a statement answers with. Rows hold the wire's texts. */
export interface Answer {
	readonly columns: readonly AnswerColumn[];
	readonly rows: RowList;
	readonly typeId: number;
	/** More of the response's `data`; a PUT answers with an order to the driver instead of rows. */
	readonly order?: Readonly<Record<string, unknown>>;
}

const TEXT: ColumnType = { name: "VARCHAR", length: 16_777_216 };
const COUNT: ColumnType = { name: "NUMBER", precision: 38, scale: 0 };

/** `status` and its text, as DDL answers. */
export const status = (message: string): Answer => ({
	columns: [{ name: "status", type: TEXT, nullable: true }],
	rows: [[message]],
	typeId: STATEMENT.other,
});

export const DONE = "Statement executed successfully.";

export const textColumn = (name: Name): AnswerColumn => ({ name, type: TEXT, nullable: true });

/** `number of rows inserted` and the like. */
export function counts(typeId: number, numbers: Readonly<Record<string, number>>): Answer {
	return {
		columns: Object.keys(numbers).map((name) => ({ name, type: COUNT, nullable: false })),
		rows: [Object.values(numbers).map(String)],
		typeId,
	};
}

/** A table of texts; numbers and times keep their types by name. */
export function texts(
	names: readonly Name[],
	rows: readonly (readonly (string | null)[])[],
	types: Readonly<Record<string, ColumnType>> = {},
	typeId: number = STATEMENT.select,
): Answer {
	return {
		columns: names.map((name) => ({ name, type: types[name] ?? TEXT, nullable: true })),
		rows,
		typeId,
	};
}

export const NUMBER_COLUMN = COUNT;
export const TIME_COLUMN: ColumnType = { name: "TIMESTAMP_LTZ", scale: 9 };

/** A moment as the wire has TIMESTAMP_LTZ. */
export const wireTime = (moment: Date): string =>
	`${Math.floor(moment.getTime() / 1000)}.${String(moment.getTime() % 1000).padStart(3, "0")}000000`;
