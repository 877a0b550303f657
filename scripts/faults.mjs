/**
 * `npm run test:faults`: kills runs at random instants, crashes the server, and looks at what readers see.
 *
 *   -- --engine pglite|postgres|all   the embedded database, a throw-away Postgres server, or both (default)
 *      --kills N                      runs to kill on each engine (default 20)
 *      --seed S                       the same seed makes the same choices (default 1)
 *      --minutes M                    stop a Postgres part that takes longer (default: no limit)
 *      --long SECONDS                 the age of the oldest readers' snapshots on Postgres (default 0: under a second)
 *      --only ACTION,…                only these disturbances (killRandom, killAimed, crash, interrupt, …)
 *      --readers NAME,…               only these readers (everything, prepared, forwards, …)
 *      --verbose                      a line for every round
 *      --keep                         leave the project folder of the Postgres part where it is
 *
 * Ends with `N passed, N failed`, exit code 1 on any failure.
 */
import { parseArgs } from "node:util";
import { embeddedFaults } from "./faults/embedded.mjs";
import { postgresFaults } from "./faults/postgres.mjs";
import { findPostgresBinaries } from "./postgresServer.mjs";

/** How often each disturbance is chosen. */
const ACTIONS = {
	killRandom: 30,
	killAimed: 30,
	killLoad: 15,
	killEnd: 15,
	crash: 9,
	interrupt: 6,
	plain: 4,
	low: 6,
	disjoint: 8,
	overlapping: 8,
};
const FEATURES = ["incremental", "snapshots"];

const { values } = parseArgs({
	options: {
		engine: { type: "string", default: "all" },
		kills: { type: "string", default: "20" },
		seed: { type: "string", default: "1" },
		rows: { type: "string", default: "4000" },
		minutes: { type: "string", default: "100000" },
		long: { type: "string", default: "0" },
		only: { type: "string" },
		readers: { type: "string" },
		verbose: { type: "boolean", default: false },
		keep: { type: "boolean", default: false },
	},
});
const kills = Number(values.kills);
const seed = Number(values.seed);
if (!["pglite", "postgres", "all"].includes(values.engine)) throw new Error(`no engine ${values.engine}`);
const chosen = values.only?.split(",") ?? Object.keys(ACTIONS);
for (const name of chosen)
	if (!(name in ACTIONS)) throw new Error(`no disturbance ${name}: ${Object.keys(ACTIONS).join(", ")}`);

// Leaving by a signal runs the exit handlers as well: the throw-away server goes with us.
for (const [signal, code] of [
	["SIGINT", 130],
	["SIGTERM", 143],
])
	process.once(signal, () => process.exit(code));

/** The two run at the same time: each waits much, for its database, for a kill. */
const parts = [];
if (values.engine !== "pglite") {
	if (findPostgresBinaries() === null && values.engine === "all" && !process.env.TFM_REQUIRE_POSTGRES)
		console.warn("SKIPPED: the part on a real Postgres, because initdb was found nowhere");
	else
		parts.push(
			postgresFaults({
				kills,
				seed,
				minutes: Number(values.minutes),
				longMs: Number(values.long) * 1000,
				features: new Set(FEATURES),
				actions: Object.fromEntries(chosen.map((name) => [name, ACTIONS[name]])),
				which: values.readers?.split(",") ?? null,
				verbose: values.verbose,
				keep: values.keep,
			}),
		);
}
if (values.engine !== "postgres") parts.push(embeddedFaults({ kills, seed, rows: Number(values.rows) }));
const results = await Promise.all(parts);
const total = (what) => results.reduce((sum, result) => sum + result[what], 0);
console.log(`${total("passed")} passed, ${total("failed")} failed`);
process.exit(total("failed") > 0 ? 1 : 0);
