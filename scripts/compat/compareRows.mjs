import pg from "pg";

const COLUMNS = `
select n.nspname || '.' || c.relname as relation, c.relkind as kind, a.attname as name,
       format_type(a.atttypid, a.atttypmod) as type
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'v', 'm', 'p') and n.nspname !~ '^(pg_|information_schema$|tfm_)'
order by 1, a.attnum`;

const identifier = (name) => `"${name.replaceAll('"', '""')}"`;
const quoted = (relation) => {
	const [schema, ...rest] = relation.split(".");
	return `${identifier(schema)}.${identifier(rest.join("."))}`;
};

async function catalog(client) {
	const found = new Map();
	for (const { relation, kind, name, type } of (await client.query(COLUMNS)).rows) {
		const entry = found.get(relation) ?? { kind, columns: [] };
		entry.columns.push({ name, type });
		found.set(relation, entry);
	}
	return found;
}

/** The multiset of rows as one number for each column and one for all: the order of rows does not matter. */
async function fingerprint(client, relation, columns) {
	const sums = columns.map(({ name }, at) => `sum(hashtextextended(t.${identifier(name)}::text, 0)) as c${at}`);
	const whole = `row(${columns.map(({ name }) => `t.${identifier(name)}`).join(", ")})::text`;
	const sql = `select count(*) as n, sum(hashtextextended(${whole}, 0)) as whole${sums.map((s) => `, ${s}`).join("")} from ${quoted(relation)} t`;
	try {
		return (await client.query(sql)).rows[0];
	} catch (error) {
		return { n: `error: ${error.message}` };
	}
}

/** Every relation outside of tfm's own schemas: kind, columns, types and the rows as a multiset. */
export async function compareRows(dbtUrl, tfmUrl, volatile) {
	const clients = [dbtUrl, tfmUrl].map((connectionString) => new pg.Client({ connectionString }));
	await Promise.all(clients.map((client) => client.connect()));
	try {
		const [theirs, ours] = await Promise.all(clients.map(catalog));
		const different = [];
		const relations = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
		for (const relation of relations) {
			const [a, b] = [theirs.get(relation), ours.get(relation)];
			if (volatile[relation] === true) continue;
			if (a === undefined || b === undefined) {
				different.push({ relation, what: a === undefined ? "only tfm made it" : "only dbt made it" });
				continue;
			}
			if (JSON.stringify(a) !== JSON.stringify(b)) {
				different.push({ relation, what: "kind, columns or types", dbt: a, tfm: b });
				continue;
			}
			const columns = a.columns.filter(({ name }) => !(volatile[relation] ?? volatile["*"] ?? []).includes(name));
			const [x, y] = await Promise.all(clients.map((client) => fingerprint(client, relation, columns)));
			if (x.n !== y.n || x.whole !== y.whole)
				different.push({
					relation,
					what: "rows",
					counts: { dbt: x.n, tfm: y.n },
					columns: columns.filter((_, at) => x[`c${at}`] !== y[`c${at}`]).map(({ name }) => name),
				});
		}
		return { equal: relations.length - different.length, total: relations.length, different };
	} finally {
		await Promise.all(clients.map((client) => client.end()));
	}
}
