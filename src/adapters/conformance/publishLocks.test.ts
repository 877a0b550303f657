import { expect, test } from "vitest";
import type { Session } from "../../core/adapter.ts";
import { onServer } from "./publishEngines.ts";
import { build, type Model, PROJECT, publisher, request, rows, standsAt, target, waysOf } from "./publishFixture.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs `work` inside a transaction of its own at this level, which has read `sql` and then sits idle. */
async function during<T>(s: Session, level: string, sql: string, work: () => Promise<T>): Promise<T> {
	await s.execute(`begin isolation level ${level}; ${sql}`);
	try {
		return await work();
	} finally {
		await s.execute("rollback");
	}
}

onServer((bench) => {
	const models = (n: number): Model[] => [
		{ name: "a", sql: `select ${n} as id` },
		{ name: "b", sql: "select id from {a}" },
		{ name: "v", kind: "view", sql: "select id from {b}" },
	];
	const publishNow = async (s: Session, n: number, lockTimeoutMs = 20_000) => {
		await build(s, models(n));
		return bench.publisher().publish(s, request(models(n), { lockTimeoutMs }));
	};

	test("a transaction whose snapshot is older than the candidates is waited for; it never sees an empty table", () =>
		bench.on(async (s) => {
			await publishNow(s, 1);
			const seen: string[][] = [];
			let published = false;
			await bench.stranger(async (reader) => {
				// It has a snapshot, and no lock on what is published.
				await reader.execute("begin isolation level repeatable read; select count(*) from pg_namespace");
				const publishing = publishNow(s, 2).then((report) => {
					published = true;
					return report;
				});
				await sleep(300);
				expect(published).toBe(false);
				seen.push([...(await rows(reader, "select id from s.a union all select id from s.v"))]);
				await reader.execute("commit");
				expect(waysOf(await publishing)).toEqual({ a: "swap", b: "swap", v: "replace" });
				seen.push([...(await rows(reader, "select id from s.a union all select id from s.v"))]);
			});
			expect(seen).toEqual([
				["1", "1"],
				["2", "2"],
			]);
		}));

	test("004: a snapshot that stays, named with who holds it; nothing has changed", () =>
		bench.on(async (s) => {
			await publishNow(s, 1);
			await bench.stranger((reader) =>
				during(reader, "repeatable read", "set application_name = 'dashboard'; select 1", async () => {
					await expect(publishNow(s, 2, 200)).rejects.toThrow(
						/^TFM-PUB-004: staging was not published: its locks were not free within 0.2 s \(held by pid \d+ \(\w+, dashboard, idle in transaction, \d+ s\)\)/,
					);
				}),
			);
			expect(await rows(s, "select id from s.v")).toEqual(["1"]);
			expect(waysOf(await bench.publisher().publish(s, request(models(2))))).toEqual({
				a: "swap",
				b: "swap",
				v: "replace",
			});
		}));

	test("a role without rights on statistics waits for the snapshots of other roles as well", () =>
		bench.on(async (s) => {
			await s.execute(
				"do $$ begin execute format('grant create on database %I to outsider', current_database()); end $$; alter schema s owner to outsider; set role outsider",
			);
			await publishNow(s, 1);
			await bench.stranger((reader) =>
				during(reader, "repeatable read", "select count(*) from pg_namespace", async () => {
					await expect(publishNow(s, 2, 300)).rejects.toThrow(/^TFM-PUB-004/);
					expect(await rows(reader, "select id from s.a")).toEqual(["1"]);
				}),
			);
			await s.execute("reset role");
		}));

	test("004: a lock that stays; new snapshots that are younger than the candidates do not matter", () =>
		bench.on(async (s) => {
			await publishNow(s, 1);
			await build(s, models(2));
			await bench.stranger((writer) =>
				// The oldest transaction of all: every snapshot taken while it is open looks old, and is not.
				during(writer, "read committed", "create table bi.x (id int)", () =>
					bench.stranger((reader) =>
						during(reader, "repeatable read", "lock table s.a in access share mode", async () => {
							await expect(bench.publisher().publish(s, request(models(2), { lockTimeoutMs: 500 }))).rejects.toThrow(
								/^TFM-PUB-004: .*idle in transaction/,
							);
							expect(await rows(reader, "select id from s.a")).toEqual(["1"]);
						}),
					),
				),
			);
		}));

	test("columns that are added wait for their lock, and say who has it", () =>
		bench.on(async (s) => {
			await s.execute("create table s.t (id int); insert into s.t values (1)");
			const model: Model = {
				name: "t",
				sql: "select 2 as id, 3 as n",
				incremental: { key: "id", columns: ["id", "n"], add: { n: "int" } },
			};
			await build(s, [model]);
			await bench.stranger((reader) =>
				during(reader, "read committed", "select * from s.t", async () => {
					await expect(bench.publisher().publish(s, request([model], { lockTimeoutMs: 300 }))).rejects.toThrow(
						/^TFM-PUB-004/,
					);
				}),
			);
			expect(waysOf(await bench.publisher().publish(s, request([model])))).toEqual({ t: "apply" });
			expect(await rows(s, "select * from s.t order by id")).toEqual(["1,", "2,3"]);
		}));

	test("a foreign key locks what it refers to when it goes with its old table: that lock is waited for like the others", () =>
		bench.on(async (s) => {
			const child = (n: number): Model[] => [{ name: "c", sql: `select ${n} as id` }];
			await build(s, child(1));
			await bench.publisher().publish(s, request(child(1)));
			await s.execute(
				"create table bi.p (id int primary key); insert into bi.p values (1), (2); alter table s.c add foreign key (id) references bi.p",
			);
			await build(s, child(2));
			await bench.stranger((reader) =>
				during(reader, "read committed", "select * from bi.p", async () => {
					await expect(bench.publisher().publish(s, request(child(2), { lockTimeoutMs: 300 }))).rejects.toThrow(
						/^TFM-PUB-004: .*idle in transaction/,
					);
					expect(await rows(reader, "select id from s.c")).toEqual(["1"]);
				}),
			);
			await bench.publisher().publish(s, request(child(2)));
			expect(await rows(s, "select id from s.c")).toEqual(["2"]);
		}));

	test("dropping a candidate with a foreign key leaves readers of what it refers to their way", () =>
		bench.on(async (s) => {
			const child: Model[] = [{ name: "c", sql: "select 1 as id" }];
			await build(s, child);
			await bench.publisher().publish(s, request(child));
			await s.execute(
				"create table bi.p (id int primary key); insert into bi.p values (1); alter table s.c add foreign key (id) references bi.p",
			);
			await build(s, child);
			await bench.stranger((holder) =>
				during(holder, "read committed", "select * from bi.p", async () => {
					const dropping = bench.publisher().dropStale(s, PROJECT, [target("c")], []);
					await bench.stranger(async (reader) => {
						await reader.execute("set statement_timeout = '5s'");
						for (let i = 0; i < 20; i++) expect(await rows(reader, "select id from bi.p")).toEqual(["1"]);
						await sleep(100);
						expect(await rows(reader, "select id from bi.p")).toEqual(["1"]);
					});
					await holder.execute("commit; begin");
					expect((await dropping).map((r) => r.identifier)).toEqual(["c"]);
				}),
			);
		}));

	const family: Model[] = [
		{ name: "p", sql: "select 1 as id" },
		{ name: "c", sql: "select 1 as id" },
	];
	/** Both published, the child with a key to its parent; the parent has a candidate again. */
	const relateFamily = async (s: Session): Promise<void> => {
		await build(s, family);
		await bench.publisher().publish(s, request(family));
		await s.execute(
			"alter table s.p add primary key (id); alter table s.c add constraint k foreign key (id) references s.p",
		);
		await build(s, family.slice(0, 1));
	};
	const keys = "select conrelid::regclass, confrelid::regclass from pg_constraint where conname = 'k' order by 1::text";

	test("a foreign key that another candidate is given while its parent is dropped goes as well", () =>
		bench.on(async (s) => {
			const [p, c] = family;
			await relateFamily(s);
			await bench.stranger(async (other) => {
				await other.execute("begin");
				await build(other, [c!]);
				const dropping = bench.publisher().dropStale(s, PROJECT, [target("p")], [standsAt("c")]);
				await sleep(300);
				await other.execute("commit");
				expect((await dropping).map((r) => r.identifier)).toEqual(["p"]);
			});
			await build(s, [p!]);
			expect(waysOf(await bench.publisher().publish(s, request(family)))).toEqual({ p: "swap", c: "swap" });
			expect(await rows(s, keys)).toEqual(["s.c,s.p"]);
		}));

	test("a candidate whose parent is dropped while it is dressed refers to the published one", () =>
		bench.on(async (s) => {
			const c = family[1];
			await relateFamily(s);
			await bench.stranger(async (other) => {
				await other.execute("begin");
				await bench.publisher().dropStale(other, PROJECT, [target("p")], []);
				const building = build(s, [c!]);
				await sleep(300);
				await other.execute("commit");
				expect(await building).toEqual([]);
			});
			expect(await rows(s, keys)).toEqual(["s.c,s.p", `${standsAt("c").schema}.c,s.p`]);
			expect(waysOf(await bench.publisher().publish(s, request([c!])))).toEqual({ c: "swap" });
		}));

	test("an abort ends the wait", () =>
		bench.on(async (s) => {
			await publishNow(s, 1);
			await build(s, models(2));
			const stop = new AbortController();
			await bench.stranger((reader) =>
				during(reader, "read committed", "select * from s.a", async () => {
					setTimeout(() => stop.abort(new Error("enough")), 100);
					await expect(
						bench.publisher().publish(s, request(models(2), { lockTimeoutMs: 20_000, signal: stop.signal })),
					).rejects.toThrow("enough");
				}),
			);
			expect(await rows(s, "select id from s.v")).toEqual(["1"]);
		}));

	test(
		"readers of several relations in any order never fail and never see two versions at once",
		{ timeout: 60_000 },
		() =>
			bench.on(async (s) => {
				await publishNow(s, 0);
				await s.execute("create view bi.over as select v.id as v, a.id as a from s.v, s.a");
				let on = true;
				const problems: string[] = [];
				const reader = (order: readonly string[]) =>
					bench.stranger(async (r) => {
						while (on) {
							try {
								await r.execute("begin");
								for (const name of order) {
									const seen = await rows(r, `select count(*), count(distinct id) from s.${name}`);
									if (seen[0] !== "1,1") problems.push(`${name}: ${seen}`);
									await sleep(Math.random() * 8);
								}
								const [over] = await rows(r, "select v = a from bi.over");
								if (over !== "true") problems.push(`bi.over: ${over}`);
								await r.execute("commit");
							} catch (error) {
								problems.push(String(error));
								await r.execute("rollback");
							}
							await sleep(10);
						}
					});
				const readers = [
					["a", "v"],
					["v", "a"],
					["b", "a"],
					["a", "b"],
				].map(reader);
				for (let n = 1; n <= 8; n++) await publishNow(s, n);
				on = false;
				await Promise.all(readers);
				expect(problems).toEqual([]);
				expect(await rows(s, "select * from bi.over")).toEqual(["8,8"]);
				await publisher.dropStale(s, "demo", [], []);
			}),
	);
});
