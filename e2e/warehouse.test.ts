import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../src/adapters/postgres/testing/testDatabase.ts";
import type { Called } from "./runCase.ts";
import { type ListingAnswers, listingAnswers } from "./warehouse/listingAnswers.ts";
import { type PersonAnswers, personAnswers } from "./warehouse/personAnswers.ts";
import { type DrugNode, type PublicationAnswers, publicationAnswers } from "./warehouse/publicationAnswers.ts";
import { type RobotAnswers, robotAnswers } from "./warehouse/robotAnswers.ts";
import { type TransactionAnswers, transactionAnswers } from "./warehouse/transactionAnswers.ts";
import {
	type Contents,
	REPOSITORY,
	type Row,
	type WarehouseProject,
	warehouseProject,
} from "./warehouse/warehouseProject.ts";

const persons = personAnswers(join(REPOSITORY, "data"));
const publications = publicationAnswers(REPOSITORY);
const robots = await robotAnswers(REPOSITORY);
const transactions = transactionAnswers(REPOSITORY);
const listings = listingAnswers(REPOSITORY);
let embedded: Contents;

describe("the reference warehouse on the embedded database", () => {
	let project: WarehouseProject;
	let first: Called;
	beforeAll(async () => {
		project = warehouseProject();
		first = await project.run("run");
		embedded = await project.contents();
	});
	afterAll(() => project.remove());

	it("runs all five layers in one command, with every test passing", () => {
		// On a busy machine it says now and then that it is still there.
		expect(first.stderr.replace(/^ … .*\n/gm, "")).toBe("");
		expect({ code: first.code, troubled: /failed|GATE CLOSED|warn/.test(first.stdout) }, first.stdout).toEqual({
			code: 0,
			troubled: false,
		});
	});

	it("keeps the rules that it chose, and has no column that tfm check remarks on", async () => {
		expect(await project.run("check")).toMatchObject({
			code: 0,
			stdout: expect.stringMatching(/^\d+ models read, \d+ columns: 0 errors, 0 warnings\n$/),
		});
	});

	it("answers the three questions about persons as plain JavaScript does, and keeps every reject", () => {
		expect(persons.rejected).toBeGreaterThan(3);
		expectPersons(embedded, persons);
	});

	it("keeps every row of drugs, trials and articles: staged, or rejected with a reason", () => {
		for (const n of Object.values(publications.rejected)) expect(n).toBeGreaterThan(0);
		expectBalance(embedded, publications);
	});

	it("answers the three questions about drugs and journals as plain JavaScript does", () => {
		expectAnswers(embedded, publications, "TETRACYCLINE");
		expect(publications.topJournals.length).toBeGreaterThan(1);
	});

	it("puts the robots' readings side by side, fills gaps inside a run, and tells how far each robot went", () => {
		expect(Object.keys(robots.rejected)).toHaveLength(9);
		expect(robots.runs.flatMap(({ distances }) => distances).filter((way) => way === null).length).toBeGreaterThan(1);
		expectRobots(embedded, robots);
	});

	it("tags every transaction, and tells what is spent and what no rule knows, as plain JavaScript does", () => {
		expect(Object.keys(transactions.rejected)).toHaveLength(7);
		expect(transactions.untagged.length).toBeGreaterThan(3);
		expectTransactions(embedded, transactions);
	});

	it("reads prices and areas as each country writes them, and tells what it could not read", () => {
		expect(listings.prices.length).toBeGreaterThan(20);
		expect(listings.rejects.length).toBeGreaterThan(10);
		expectListings(embedded, listings);
	});

	it("loads no file twice, gives the same rows when run again, and answers for another drug if a variable says so", async () => {
		const again = await project.run("run", "--vars", "drug: insulin (human)");
		expect(again.code, again.stdout).toBe(0);
		const { rpt_related_drugs: related, ...others } = await project.contents();
		const { rpt_related_drugs: _, ...before } = embedded;
		expect(others).toEqual(before);
		expectRelated(related, publications, "INSULIN (HUMAN)");
	});

	it("reads only new pages of persons, and gives what reading all of them would give", () => expectNewPages(project));

	it("processes the runs of late readings as a whole, and only those", () => expectLateReadings(project));

	it("takes a reject in once a seed corrects it, and a file anew once it has changed", async () => {
		const reject = embedded.stg_publications__rejects!.find((row) => row.reject_reason === "the title is blank")!;
		appendFileSync(
			join(project.root, "seeds/publications_corrections.csv"),
			`${reject.record_key},,"Ketamine, then tetracycline",1 May 2020,Psychopharmacology,Ada,from the printed issue\n`,
		);
		const trials = join(project.root, "data/publications/clinical_trials.csv");
		const [header, , ...rows] = readFileSync(trials, "utf8").split("\n");
		const added = [
			'NCT09,"New: ATROPINE, again",2/3/2021,Psychopharmacology',
			"NCT10,C++ (X) and [a or bxc,2/3/2021,J",
		];
		writeFileSync(trials, [header, ...added, ...rows].join("\n"));
		// Names that a regular expression would read as its own.
		appendFileSync(join(project.root, "data/publications/drugs.csv"), "Z1,c++ (x)\nZ2,[A\nZ3,B.C\n");

		// A rule that comes later retags what is there.
		appendFileSync(join(project.root, "seeds/tagging_rules.csv"), "paypal|luna,snacks,1\nfresh,delivery,19\n");

		const priceless = listings.rejects.find(({ reason }) => reason === "there is no price")!;
		appendFileSync(
			join(project.root, "seeds/listings_corrections.csv"),
			`${priceless.examples[0]!.record_key},X0,CHF 1'000'000.–,90 m²,genf,Suisse,casa,2026-07-04,,Ada,asked\n`,
		);

		const corrected = await project.run("run");
		expect(corrected.code, corrected.stdout).toBe(0);
		const contents = await project.contents();
		const now = publicationAnswers(project.root);
		expect(total(now.rejected)).toBe(total(publications.rejected) - 1);
		expectBalance(contents, now);
		expectAnswers(contents, now, "TETRACYCLINE");
		const retagged = transactionAnswers(project.root);
		expect(retagged.untagged.length).toBeLessThan(transactions.untagged.length);
		expectTransactions(contents, retagged);
		const priced = listingAnswers(project.root);
		expect(priced.staged).toBe(listings.staged + 1);
		expectListings(contents, priced);
	});
});

describe("the reference warehouse a month later", () => {
	it("has forgotten persons whom no page has named since, and reads none of their pages again", async () => {
		const project = warehouseProject();
		const build = ["run", "--select", "persons_corrections", "source:raw.persons+", "--exclude", "test_type:singular"];
		expect((await project.run(...build)).code).toBe(0);
		project.wait(20);
		const page = {
			data: [
				{ id: 7, email: "g@gmail.com", birthday: "1950-01-01", address: { country: "Germany", country_code: "DE" } },
			],
		};
		writeFileSync(join(project.root, "data/persons/20261211T060000_page_0001.json.gz"), gzipSync(JSON.stringify(page)));
		expect((await project.run(...build)).code).toBe(0);
		project.wait(11);
		for (const _ of ["forgets", "stays so"]) {
			const run = await project.run(...build);
			expect(run.code, run.stdout + run.stderr).toBe(0);
			const sql =
				"select (select count(*) from {{ source('raw', 'persons') }}), (select count(*) from {{ ref('stg_persons') }}), (select string_agg(id::text, ',') from {{ ref('stg_persons__latest') }}) as ids";
			const shown = await project.run("show", "--inline", sql, "--output", "json", "-q");
			expect(Object.values((JSON.parse(shown.stdout) as { show: Row[] }).show[0]!)).toEqual([1, 1, "7"]);
		}
		project.remove();
	});
});

describeOnPostgres("the reference warehouse on a Postgres server", () => {
	let project: WarehouseProject;
	let server: TestDatabase;
	beforeAll(async () => {
		server = await createTestDatabase();
		project = warehouseProject(server);
	});
	afterAll(async () => {
		project.remove();
		await server.drop();
	});

	for (const time of ["first", "second"])
		it(`builds the same rows in every relation as the embedded database, the ${time} time`, async () => {
			const run = await project.run("run");
			expect(run.code, run.stdout + run.stderr).toBe(0);
			expect(run.stdout).toMatch(/· server \(PostgreSQL [\d.]+\)/);
			const contents = await project.contents();
			expect(Object.keys(contents)).toEqual(Object.keys(embedded));
			for (const [name, rows] of Object.entries(contents)) expect(rows, name).toEqual(embedded[name]);
		});

	it("reads only new pages of persons and new runs of robots there, too", async () => {
		await expectNewPages(project);
		await expectLateReadings(project);
	});
});

/**
 * A later page moves somebody, gives somebody a birthday to come, and brings somebody new; an older one comes late and
 * knows one person more.
 */
async function expectNewPages(project: WarehouseProject): Promise<void> {
	const contents = await project.contents();
	const [first, second, third] = inOrder(contents.stg_persons__latest, "id").map((row) => Number(row.id));
	const page = (extraction: string, ...records: { id: number; birthday?: string }[]) => {
		const data = records.map(({ id, birthday = "1950-01-01" }) => ({
			id,
			email: `someone${id}@gmail.com`,
			birthday,
			gender: null,
			address: { country: "Germany", country_code: "DE" },
		}));
		const path = join(project.root, `data/persons/${extraction}_page_0001.json.gz`);
		writeFileSync(path, gzipSync(JSON.stringify({ data })));
	};
	page("20261115T060000", { id: first! }, { id: second!, birthday: "2030-01-01" }, { id: 900_001 });
	page("20261020T060000", { id: third! }, { id: 900_002 });
	const run = await project.run("run", "--select", "source:raw.persons+");
	expect(run.code, run.stdout + run.stderr).toBe(0);

	const results = JSON.parse(readFileSync(join(project.root, "target/run_results.json"), "utf8")) as {
		results: { unique_id: string; adapter_response: { rows_affected?: number } }[];
	};
	const taken = results.results.find((r) => r.unique_id === "model.warehouse.stg_persons__latest");
	expect(taken?.adapter_response.rows_affected).toBe(4);
	expectPersons(await project.contents(), personAnswers(join(project.root, "data")));
}

/**
 * A reading of the first run comes days late, inside of a gap, with the first ones of a new run; then two windows that
 * both touch the second run are processed anew.
 */
async function expectLateReadings(project: WarehouseProject): Promise<void> {
	const runsAt = (rows: readonly Row[] | undefined) => new Map(rows!.map((r) => [r.run_uuid, r.processed_at]));
	const contents = await project.contents();
	const before = runsAt(contents.rpt_robot_runs);
	const [first, second] = inOrder(contents.rpt_robot_runs, "started_at");
	const [, moment] = inOrder(
		contents.trf_robot_moments!.filter((row) => row.run_uuid === first!.run_uuid),
		"time_ms",
	);
	const reading = { value: 9.5, field: "x", robot_id: 1, sensor_type: "encoder" };
	const added = "0a0b0c0d-0000-4000-8000-000000000001";
	writeReadings(join(project.root, "data/robots/2026-11-20.parquet"), [
		{ ...reading, run_uuid: String(first!.run_uuid), time: Number(moment!.time_ms) + 1 },
		{ ...reading, run_uuid: added, time: Date.UTC(2026, 10, 20, 6) },
		{ ...reading, run_uuid: added, time: Date.UTC(2026, 10, 20, 7), field: "y" },
	]);
	const readers = ["run", "--select", "source:raw.robot_readings+", "robots_corrections"];
	const late = await project.run(...readers);
	expect(late.code, late.stdout + late.stderr).toBe(0);
	const then = await project.contents();
	expectRobots(then, await robotAnswers(project.root));
	const after = runsAt(then.rpt_robot_runs);
	const processed = [...after].filter(([run, at]) => before.get(run) !== at).map(([run]) => run);
	expect(processed.sort()).toEqual([added, first!.run_uuid].sort());
	for (const name of ["stg_robot_readings", "trf_robot_moments", "anl_robot_motion"])
		for (const row of then[name]!) expect(row.processed_at).toBe(after.get(row.run_uuid));

	const day = String(second!.started_at).slice(0, 10);
	const window = `{from: ${day}, to: 2026-11-20}`;
	const again = await project.run(...readers, "--vars", `reprocess: [${window}, ${window}]`);
	expect(again.code, again.stdout + again.stderr).toBe(0);
	const rebuilt = await project.contents();
	const inside = [...after.keys()].filter((run) => run !== added && !startsBefore(then.rpt_robot_runs!, run, day));
	expect([...runsAt(rebuilt.rpt_robot_runs)].filter(([run, at]) => after.get(run) !== at).map(([run]) => run)).toEqual(
		inside,
	);
	const asBefore = (rows: readonly Row[]) => rows.map(({ processed_at: _, ...row }) => row);
	for (const name of ["stg_robot_reading_records", "trf_robot_moments", "anl_robot_motion", "rpt_robot_runs"])
		expectSameRows(asBefore(rebuilt[name]!), asBefore(then[name]!));
}

const startsBefore = (runs: readonly Row[], run: unknown, day: string): boolean =>
	String(runs.find((row) => row.run_uuid === run)!.stopped_at) < day;

function writeReadings(path: string, readings: readonly Readonly<Record<string, string | number>>[]): void {
	const types = {
		value: "DOUBLE",
		field: "STRING",
		robot_id: "INT32",
		run_uuid: "STRING",
		sensor_type: "STRING",
	} as const;
	const columnData = [
		{ name: "time", type: "INT64" as const, data: readings.map(({ time }) => BigInt(time!)) },
		...Object.entries(types).map(([name, type]) => ({ name, type, data: readings.map((one) => one[name]) })),
	];
	writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData })));
}

function expectPersons(contents: Contents, answers: PersonAnswers): void {
	expect(contents.persons).toHaveLength(answers.landed);
	expect(contents.stg_persons__rejects).toHaveLength(answers.rejected);
	expect(contents.rpt_gmail_share_germany).toEqual([answers.germany]);
	expect(inOrder(contents.rpt_top_countries_gmail, "place", "country")).toEqual(answers.top);
	expect(contents.rpt_gmail_users_over_60).toEqual([{ gmail_users_over_60: answers.over60 }]);
}

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, n) => sum + n);

const inOrder = (rows: readonly Row[] | undefined, ...keys: readonly string[]): readonly Row[] =>
	[...rows!].sort((a, b) => {
		const key = keys.find((k) => a[k] !== b[k]);
		return key === undefined ? 0 : (a[key] as string | number) < (b[key] as string | number) ? -1 : 1;
	});

function expectBalance(contents: Contents, answers: PublicationAnswers): void {
	const arrived: Record<string, number> = {
		drugs: contents.stg_drugs!.length + contents.stg_drugs__rejects!.length,
	};
	for (const { arrived_in } of contents.stg_publication_records!)
		arrived[String(arrived_in)] = (arrived[String(arrived_in)] ?? 0) + 1;
	const rejected: Record<string, number> = { drugs: contents.stg_drugs__rejects!.length };
	for (const { arrived_in, reject_reason } of contents.stg_publications__rejects!) {
		expect(reject_reason).toMatch(/\w/);
		rejected[String(arrived_in)] = (rejected[String(arrived_in)] ?? 0) + 1;
	}
	expect({ arrived, rejected }).toEqual({ arrived: answers.arrived, rejected: answers.rejected });
	expect(contents.stg_publications).toHaveLength(answers.publications);
}

function expectAnswers(contents: Contents, answers: PublicationAnswers, drug: string): void {
	const [document] = contents.rpt_drug_graph as readonly { graph: { drugs: DrugNode[] } }[];
	expect(sortedLists(document!.graph.drugs)).toEqual(sortedLists(answers.graph.drugs));
	expect(inOrder(contents.rpt_top_journals, "journal")).toEqual(answers.topJournals);
	expectRelated(contents.rpt_related_drugs, answers, drug);
}

function expectTransactions(contents: Contents, answers: TransactionAnswers): void {
	expect(contents.stg_transaction_records).toHaveLength(answers.arrived);
	expect(contents.stg_transactions).toHaveLength(answers.transactions);
	expect(reasonsOf(contents.stg_transactions__rejects!)).toEqual(answers.rejected);
	const categories = contents.trf_transactions!.map((row) => [row.transaction_id, row.category]);
	expect(new Map(categories as [string, string | null][])).toEqual(answers.categories);
	expectSameRows(contents.rpt_spend_by_category, answers.spend);
	expectSameRows(contents.rpt_untagged_labels, answers.untagged);
}

function expectRobots(contents: Contents, answers: RobotAnswers): void {
	expect(contents.stg_robot_reading_records).toHaveLength(answers.arrived);
	expect(contents.stg_robot_readings).toHaveLength(answers.believed);
	expect(reasonsOf(contents.stg_robot_readings__rejects!)).toEqual(answers.rejected);
	expect(contents.trf_robot_moments).toHaveLength(answers.moments.size);
	for (const { run_uuid, time_ms, processed_at: _, ...row } of contents.trf_robot_moments!) {
		const known = answers.moments.get(`${run_uuid} ${time_ms}`)!;
		for (const [name, value] of Object.entries(row))
			if (value === null) expect(known.get(name)).toBeUndefined();
			else expect(Math.abs(known.get(name)! - Number(value))).toBeLessThan(1e-9);
	}
	const runs = inOrder(contents.rpt_robot_runs, "run_uuid");
	const ways = runs.map((row) => [row.distance_1_mm, row.distance_2_mm] as (number | null)[]);
	expect(runs.map(({ distance_1_mm: _1, distance_2_mm: _2, processed_at: _, ...run }) => run)).toEqual(
		answers.runs.map(({ distances: _, ...run }) => run),
	);
	for (const [i, { distances }] of answers.runs.entries())
		for (const [robot, way] of distances.entries())
			if (way === null) expect(ways[i]![robot]).toBeNull();
			else expect(Math.abs(way - ways[i]![robot]!)).toBeLessThan(0.01);
}

function expectListings(contents: Contents, answers: ListingAnswers): void {
	expect(contents.stg_listing_records).toHaveLength(answers.arrived);
	expect(contents.stg_listings).toHaveLength(answers.staged);
	expectSameRows(contents.rpt_price_per_m2, answers.prices);
	expect(inOrder(contents.rpt_listing_rejects, "reason")).toEqual(inOrder(answers.rejects, "reason"));
}

/** How often each reason was given, without the value that it names. */
function reasonsOf(rejects: readonly Row[]): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { reject_reason } of rejects) {
		const reason = String(reject_reason).replace(/:.*|^the id .* (?=belongs)/, "");
		counts[reason] = (counts[reason] ?? 0) + 1;
	}
	return counts;
}

/** The same rows in any order. */
function expectSameRows(rows: readonly Row[] | undefined, answers: readonly Row[]): void {
	const texts = (list: readonly Row[]) => list.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
	expect(texts(rows!)).toEqual(texts(answers));
}

function expectRelated(rows: readonly Row[] | undefined, answers: PublicationAnswers, drug: string): void {
	expect(inOrder(rows, "drug")).toEqual(answers.related(drug).map((found) => ({ given_drug: drug, ...found })));
	expect(rows!.length).toBeGreaterThan(0);
}

/** The order inside a drug's lists is for readers, and is not what is checked here. */
const sortedLists = (drugs: readonly DrugNode[]) =>
	drugs.map((node) => ({
		drug: node.drug,
		atccode: node.atccode,
		publications: node.publications.map((p) => [p.date, p.kind, p.id, p.title].join("|")).sort(),
		journals: node.journals?.map((j) => [j.date, j.journal].join("|")).sort() ?? null,
	}));
