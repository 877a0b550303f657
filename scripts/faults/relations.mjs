/**
 * What a reader knows of the published relations: how many rows each has, and how to tell a row of one run from a row
 * of another. Every row carries `gen` (the number of the run that made it), a payload that follows from id and gen, and
 * `bad`, which is true only in rows that fail a test of severity error.
 *
 * Families: A is everything that must always publish; B reads what arrives broken in every fifth generation, so its
 * gate closes then (and only then); S can be built by itself, beside another run. A layer's relations of one family are
 * always published together, so they are always of one generation.
 */
import { faultsOfLanding, lookAtLanding } from "./landing.mjs";

export const LAYERS = ["landing", "staging", "transform", "reporting"];
export const BROKEN_EVERY = 5;
export const LOG_ROWS = 50;
/** Good records in each file of the landing table that is added to. */
export const ARRIVALS = 400;
export const PROJECT = "faults";

/** `way`: what the publish does with it; kept and applied relations keep their identity. */
const relation = (layer, family, name, rows, more = {}) => ({
	layer,
	family,
	name,
	rows,
	from: `${layer}.${name}`,
	shape: "whole",
	way: "swap",
	...more,
});
const foreign = (name, rows, more = {}) =>
	relation("staging", "A", name, rows, { from: `bi.${name}`, way: "foreign", ...more });

export const RELATIONS = [
	relation("staging", "A", "orders", 4000),
	relation("staging", "A", "lines", 1500),
	relation("staging", "A", "retyped", 1000),
	relation("staging", "A", "reordered", 1000, { way: "view" }),
	relation("staging", "A", "reordered_top", 1000, { way: "view" }),
	relation("staging", "A", "first_orders", 500, { way: "view" }),
	relation("staging", "B", "arrived", 800),
	relation("staging", "S", "side_source", 600),
	relation("transform", "A", "joined", 1500),
	relation("transform", "A", "kept", 1000, { way: "keep" }),
	relation("transform", "A", "mixed_view", 1000, { way: "view", mixes: true }),
	relation("transform", "B", "arrived_joined", 800),
	relation("transform", "S", "side_joined", 600),
	relation("transform", "A", "slices", 3000, { way: "apply", shape: "slices", needs: "incremental" }),
	relation("transform", "A", "merged", 2000, { way: "apply", shape: "slices", needs: "incremental" }),
	relation("transform", "A", "log", LOG_ROWS, { way: "apply", shape: "log", needs: "incremental" }),
	relation("transform", "A", "slices_view", 3000, {
		way: "view",
		shape: "slices",
		mixes: true,
		needs: "incremental",
	}),
	relation("transform", "A", "history", 200, { way: "apply", shape: "snapshot", needs: "snapshots" }),
	relation("reporting", "A", "totals", 1500),
	relation("reporting", "A", "totals_view", 1500, { way: "view" }),
	relation("reporting", "B", "arrived_report", 800),
	relation("reporting", "S", "side_report", 600),
];

export const FOREIGN_RELATIONS = [
	foreign("orders_500", 500),
	foreign("nested", 500),
	foreign("retyped_100", 100),
	foreign("retyped_100_top", 100),
	foreign("reordered_10", 10),
	foreign("kept_view", 1000, { layer: "transform", mixes: true }),
	foreign("slices_top", 3000, { layer: "transform", shape: "slices", mixes: true, needs: "incremental" }),
];

export const relationsFor = (features) =>
	[...RELATIONS, ...FOREIGN_RELATIONS].filter((r) => r.needs === undefined || features.has(r.needs));

const PAYLOAD_WRONG = "payload is distinct from md5(id || '-' || gen) or gen_below is distinct from gen or bad";

/** One row per relation: name, n, low, high (generations), wrong (rows that contradict themselves), extra. */
export function lookAt(r) {
	const head = `select '${r.name}'::text as name`;
	switch (r.shape) {
		// Row 1 is in every delta; `extra` counts the rows of its generation: a whole delta, or all of them.
		case "slices":
			return `${head}, count(*)::bigint as n, max(gen) filter (where id = 1)::bigint as low, max(gen) filter (where id = 1)::bigint as high,
				(count(*) filter (where ${PAYLOAD_WRONG}) + count(*) - count(distinct id))::bigint as wrong,
				(count(*) filter (where gen = (select l.gen from ${r.from} l where l.id = 1)))::bigint as extra from ${r.from}`;
		// Each generation appends so many rows once.
		case "log":
			return `${head}, min(g.n)::bigint as n, max(g.gen)::bigint as low, max(g.gen)::bigint as high,
				(sum(g.wrong) + count(*) filter (where g.n <> ${r.rows}))::bigint as wrong, count(*)::bigint as extra
				from (select gen, count(*) as n, count(*) filter (where ${PAYLOAD_WRONG}) as wrong from ${r.from} group by gen) g`;
		case "snapshot":
			return `${head}, count(*) filter (where dbt_valid_to is null)::bigint as n,
				min(gen) filter (where dbt_valid_to is null)::bigint as low, max(gen) filter (where dbt_valid_to is null)::bigint as high,
				(count(*) filter (where payload is distinct from md5(id || '-' || gen))
					+ count(*) filter (where dbt_valid_to is null) - count(distinct id) filter (where dbt_valid_to is null)
					+ count(*) - count(distinct dbt_scd_id))::bigint as wrong, count(*)::bigint as extra from ${r.from}`;
		default:
			return `${head}, count(*)::bigint as n, min(gen)::bigint as low, max(gen)::bigint as high,
				(count(*) filter (where ${PAYLOAD_WRONG}) + count(*) - count(distinct id))::bigint as wrong, 0::bigint as extra from ${r.from}`;
	}
}

export const lookAtAll = (relations) =>
	[...relations.map(lookAt), ...lookAtLanding(PROJECT, ARRIVALS)].join("\nunion all\n");

/** Rows of the look by name, numbers as numbers. */
export const byName = (rows) =>
	new Map(
		rows.map((r) => [
			r.name,
			{
				n: Number(r.n),
				low: r.low === null ? null : Number(r.low),
				high: r.high === null ? null : Number(r.high),
				wrong: Number(r.wrong ?? 0),
				extra: Number(r.extra),
			},
		]),
	);

/** What one relation shows that it never may. */
export function faultsOfRelation(r, row) {
	const wrong = [];
	if (row === undefined) return [`${r.from} gave no row`];
	if (row.n !== r.rows) wrong.push(`${r.from} has ${row.n} rows of ${r.rows}`);
	if (row.wrong !== 0) wrong.push(`${r.from} has ${row.wrong} rows that contradict themselves or fail a test`);
	if (row.low === null || row.low !== row.high) wrong.push(`${r.from} mixes generations ${row.low} and ${row.high}`);
	if (r.shape === "slices") {
		const tenth = r.rows / 10;
		if (![tenth, tenth + 1, r.rows].includes(row.extra))
			wrong.push(`${r.from} has ${row.extra} rows of generation ${row.high}, no whole delta`);
	}
	return wrong;
}

const isBroken = (gen) => gen % BROKEN_EVERY === 0;

/**
 * What a reader of one snapshot may never see among several relations: a family of a layer in two generations, or a
 * layer whose families differ without a closed gate.
 */
export function faultsOfView(relations, seen) {
	const wrong = relations.flatMap((r) => faultsOfRelation(r, seen.get(r.name)));
	const units = unitsOf(relations, seen);
	for (const [unit, gens] of units) if (gens.size > 1) wrong.push(`${unit} is half published: ${describe(gens)}`);
	for (const layer of LAYERS) {
		const [a] = units.get(`${layer}/A`)?.keys() ?? [];
		const [b] = units.get(`${layer}/B`)?.keys() ?? [];
		if (a !== undefined && b !== undefined && a !== b && !isBroken(a))
			wrong.push(`${layer} is half published: A is of ${a}, B of ${b}, and no gate was closed in ${a}`);
	}
	wrong.push(...faultsOfLanding(seen, ARRIVALS));
	return wrong;
}

const describe = (gens) => [...gens].map(([gen, names]) => `${gen} (${names.join(", ")})`).join(" and ");

/** `layer/family` → generation → names. The log is left out: it keeps all generations. */
export function unitsOf(relations, seen) {
	const units = new Map();
	for (const r of relations) {
		const row = seen.get(r.name);
		if (row === undefined || r.shape === "log") continue;
		const unit = `${r.layer}/${r.family}`;
		if (!units.has(unit)) units.set(unit, new Map());
		const gens = units.get(unit);
		gens.set(row.high, [...(gens.get(row.high) ?? []), r.name]);
	}
	return units;
}

export { isBroken };
