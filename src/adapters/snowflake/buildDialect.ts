import type { BuildDialect } from "../../core/buildDialect.ts";
import type { RelationName } from "../../core/relation.ts";

const TEXT = /^(?:varchar|character varying|char varying|char|character|nchar|nvarchar2?|string|text)(?:\((\d+)\))?$/i;
/** Of a text without a length. */
const LONGEST = 16_777_216;
const NUMBER = /^(?:number|numeric|decimal|dec)(?:\((\d+)(?:,\s*(\d+))?\))?$/i;
const TIME = /^(timestamp_[a-z]+|time|datetime)(?:\(\d\))?$/i;

interface Digits {
	readonly before: number;
	readonly after: number;
}

function digits(type: string): Digits | null {
	const found = NUMBER.exec(type);
	if (found === null) return null;
	const [precision, scale] = [Number(found[1] ?? 38), Number(found[2] ?? 0)];
	return { before: precision - scale, after: scale };
}

/** A number with room for every value of the other is no other type: a query's `1` is a NUMBER(1,0), its table's column a NUMBER(38,0). */
function sameType(fresh: string, there: string): boolean {
	const [from, into] = [digits(fresh), digits(there)];
	if (from !== null && into !== null) return from.before <= into.before && from.after <= into.after;
	const plain = (type: string) => type.replace(TIME, "$1").toUpperCase();
	return plain(fresh) === plain(there);
}

/**
 * Snowflake says hours later which object reads which (ACCOUNT_USAGE.OBJECT_DEPENDENCIES), so the texts of the views of the
 * database are looked through for the schemas' names, quoted or not. It shows a role the texts of the views that it owns.
 */
function viewsThatName(schemas: readonly string[]): ReturnType<BuildDialect["readersOf"]> {
	const given = schemas.map((_, i) => `$${i + 1}`);
	const apart = schemas.map((name) => `(^|[^A-Z0-9_$])${name.toUpperCase().replace(/\W/g, "\\$&")}($|[^A-Z0-9_$])`);
	const named = apart.map((_, i) => `regexp_instr(upper(view_definition), $${schemas.length + i + 1}) > 0`);
	return {
		sql: `select table_schema, table_name from information_schema.views where table_schema not in (${given.join(", ")}) and (${named.join(" or ")}) order by 1, 2 limit 20`,
		binds: [...schemas, ...apart],
	};
}

export function createSnowflakeBuildDialect(
	quote: (identifier: string) => string,
	render: (relation: RelationName) => string,
): BuildDialect {
	return Object.freeze<BuildDialect>({
		nameOf: render,
		defaultStrategy: { keyed: "merge", keyless: "append" },
		overwrites: true,
		batches: "window",
		// Shares the rows, and has the clustering and the policies of the table.
		copyTable: (copy, table, permanent) =>
			`create or replace ${permanent ? "" : "transient "}table ${copy} clone ${table}`,
		cloneTable: (clone, table, permanent) => [`create ${permanent ? "" : "transient "}table ${clone} clone ${table}`],
		sharesClones: true,
		readersOf: viewsThatName,
		viewsByStatement: true,
		tagsQueries: true,
		altersTypes: false,
		fitRows(rows, { columns, wanted }) {
			const types = new Map(wanted.map((c) => [c.name, c.type] as const));
			if (columns.every((c) => (types.get(c.name) ?? c.type) === c.type)) return [];
			const list = columns.map((c) => {
				const type = types.get(c.name) ?? c.type;
				return type === c.type ? quote(c.name) : `cast(${quote(c.name)} as ${type}) as ${quote(c.name)}`;
			});
			return [`create or replace transient table ${rows} as\nselect ${list.join(", ")}\nfrom ${rows}`];
		},
		analyze: () => [],
		dropTables: (tables) => tables.map((table) => `drop table if exists ${table}`).join(";\n"),
		// `is not true` is not among its operators.
		notTrue: (condition) => `coalesce(not (${condition}), true)`,
		numberedRows: (table, alias) => ({
			from: `(select *, row_number() over (order by null) as tfm_row from ${table}) as ${alias}`,
			key: [`${alias}.tfm_row`],
		}),
		asOne: (expressions) => `to_json(array_construct(${expressions.join(", ")}))`,
		amongFew: (expression, query) => `${expression} in (${query})`,
		anyTrue: (condition) => `boolor_agg(${condition})`,
		textSize(type) {
			const found = TEXT.exec(type);
			return found === null ? null : Number(found[1] ?? LONGEST);
		},
		textType: (size) => `VARCHAR(${size})`,
		sameType,
	});
}
