import type { BuildDialect } from "../../core/buildDialect.ts";
import type { RelationName } from "../../core/relation.ts";

const TEXT = /^(text|character varying|character|varchar|char|bpchar)(?:\((\d+)\))?$/;

/** `character` counts as `character varying`, and times have no precision. */
const comparable = (type: string): string =>
	type.replace(/^(?:character|varchar)\(/, "character varying(").replace(/^(timestamp|time|interval)\(\d\)/, "$1");

/** The bind is a JSON array of the schemas. */
const DEPENDENT_VIEWS = `select distinct vn.nspname::text, v.relname::text
from pg_catalog.pg_depend d
join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid
join pg_catalog.pg_class v on v.oid = r.ev_class
join pg_catalog.pg_namespace vn on vn.oid = v.relnamespace
join pg_catalog.pg_class t on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and t.oid = d.refobjid
join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
where tn.nspname in (select json_array_elements_text($1::json)) and vn.nspname not in (select json_array_elements_text($1::json))
order by 1, 2 limit 20`;

export function createPostgresBuildDialect(
	quote: (identifier: string) => string,
	render: (relation: RelationName) => string,
): BuildDialect {
	return Object.freeze<BuildDialect>({
		nameOf: (relation) => render({ ...relation, database: "" }),
		defaultStrategy: { keyed: "delete+insert", keyless: "append" },
		overwrites: false,
		batches: "key",
		// Only the rows; what else the table has is taken over later.
		copyTable: (copy, table) => `create table ${copy} as select * from ${table}`,
		// Values that the other table computed or counted are plain values here: they cannot be inserted otherwise.
		cloneTable: (clone, table) => [
			`create table ${clone} (like ${table} including all excluding identity excluding generated)`,
			`insert into ${clone} select * from ${table}`,
			`analyze ${clone}`,
		],
		sharesClones: false,
		readersOf: (schemas) => ({ sql: DEPENDENT_VIEWS, binds: [JSON.stringify(schemas)] }),
		viewsByStatement: false,
		tagsQueries: false,
		altersTypes: true,
		fitRows(rows, { columns, wanted, key }) {
			const types = new Map(wanted.map((c) => [c.name, c.type] as const));
			const changes = columns
				.filter((c) => types.has(c.name) && types.get(c.name) !== c.type)
				.map((c) => `alter column ${quote(c.name)} type ${types.get(c.name)!}`);
			return [
				...(changes.length === 0 ? [] : [`alter table ${rows} ${changes.join(", ")}`]),
				...(key.length === 0 ? [] : [`create index on ${rows} (${key.map(quote).join(", ")})`]),
				`analyze ${rows}`,
			];
		},
		analyze: (table) => [`analyze ${table}`],
		dropTables: (tables) => `drop table if exists ${tables.join(", ")}`,
		notTrue: (condition) => `(${condition}) is not true`,
		numberedRows: (table, alias) => ({
			from: `${table} as ${alias}`,
			key: [`${alias}.tableoid`, `${alias}.ctid`],
		}),
		asOne: (expressions) => `jsonb_build_array(${expressions.join(", ")})`,
		// The planner can push it down to an index below aggregates and window functions.
		amongFew: (expression, query) => `${expression} = any (array(${query}))`,
		anyTrue: (condition) => `bool_or(${condition})`,
		textSize(type) {
			const found = TEXT.exec(type);
			return found === null ? null : Number(found[2] ?? 256);
		},
		textType: (size) => `character varying(${size})`,
		sameType: (fresh, there) => comparable(fresh) === comparable(there),
	});
}
