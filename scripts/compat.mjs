/**
 * `npm run compat`: runs dbt and tfm on the same projects, each on a database of its own on one throw-away Postgres
 * server, and compares what came out: exit codes, compiled SQL, verdicts of tests, run results, rows, manifest fields.
 *
 *   -- --dbt PATH          the dbt to compare with (default: TFM_COMPAT_DBT, then `dbt` on the PATH)
 *      --list FILE         the projects (default: scripts/compat/projects.json)
 *      --only NAME,…       only these of the list
 *      --project FOLDER    one local project instead of the list
 *      --commands LIST     with --project, the commands in order, separated by `;` (default: build)
 *      --folder PATH       with --project, the folder inside of it that holds dbt_project.yml
 *      --cache FOLDER      where projects are cloned and run (default: tfm-compat in the temporary folder)
 *      --mirrors FOLDER    look for git repositories here first, as FOLDER/owner+name/repo (default: TFM_COMPAT_MIRRORS)
 *      --postgres URL      an empty server of your own instead of a throw-away one (as a superuser)
 *      --keep-dbt          with --postgres: what dbt did the last time is not done again
 *      --markdown FILE     write the table here as well
 *      --details FILE      every difference as JSON (default: differences.json in the cache folder)
 *
 * Exit code 1 when anything differs that the list does not explain.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compareCompiled } from "./compat/compareCompiled.mjs";
import { compareManifests } from "./compat/compareManifests.mjs";
import { compareRows } from "./compat/compareRows.mjs";
import { compareRunResults } from "./compat/compareRunResults.mjs";
import { readProjects } from "./compat/projects.mjs";
import { runTool } from "./compat/runTool.mjs";
import { markdownTable, summaryLine } from "./compat/table.mjs";
import { givenServer, openDatabases } from "./compat/takeTurns.mjs";
import { startPostgresServer } from "./postgresServer.mjs";

const { values } = parseArgs({
	options: {
		dbt: { type: "string", default: process.env.TFM_COMPAT_DBT ?? "dbt" },
		list: { type: "string", default: join(import.meta.dirname, "compat/projects.json") },
		only: { type: "string" },
		project: { type: "string" },
		commands: { type: "string", default: "build" },
		folder: { type: "string", default: "." },
		cache: { type: "string", default: join(tmpdir(), "tfm-compat") },
		mirrors: { type: "string", default: process.env.TFM_COMPAT_MIRRORS ?? "" },
		postgres: { type: "string" },
		"keep-dbt": { type: "boolean", default: false },
		markdown: { type: "string" },
		details: { type: "string" },
	},
});
const cache = resolve(values.cache);
mkdirSync(cache, { recursive: true });

for (const [signal, code] of [
	["SIGINT", 130],
	["SIGTERM", 143],
])
	process.once(signal, () => process.exit(code));

const TOOLS = {
	dbt: { argv: [values.dbt], marker: "DBT" },
	tfm: { argv: [process.execPath, resolve(import.meta.dirname, "../bin/tfm.js")], marker: "TFM" },
};

const projects = readProjects({ ...values, cache });
const server =
	values.postgres === undefined
		? await startPostgresServer({ settings: { fsync: "off", max_connections: 100 } })
		: givenServer(values.postgres);

async function compareProject(project) {
	const databases = await openDatabases(server, project);
	const runs = {};
	for (const [name, tool] of Object.entries(TOOLS)) {
		const record = join(cache, "work", project.name, `${name}.json`);
		if (name === "dbt" && values["keep-dbt"] && existsSync(record)) {
			runs[name] = JSON.parse(readFileSync(record, "utf8"));
			continue;
		}
		await databases.begin(name);
		runs[name] = runTool(name, tool, project, databases.connection, cache);
		await databases.end(name);
		writeFileSync(record, JSON.stringify(runs[name]));
	}
	return {
		project: project.name,
		commit: runs.dbt.commit,
		commands: runs.dbt.commands.map((command, at) => ({
			command: command.argv.join(" "),
			dbt: command.exitCode,
			tfm: runs.tfm.commands[at].exitCode,
			seconds: { dbt: command.seconds, tfm: runs.tfm.commands[at].seconds },
			...(command.exitCode === runs.tfm.commands[at].exitCode
				? {}
				: { said: { dbt: command.tail, tfm: runs.tfm.commands[at].tail } }),
		})),
		compiled: compareCompiled(runs.dbt, runs.tfm),
		results: compareRunResults(runs.dbt, runs.tfm),
		rows: await compareRows(databases.url("dbt"), databases.url("tfm"), project.volatile ?? {}),
		manifest: compareManifests(runs.dbt.manifest, runs.tfm.manifest),
		notes: project.notes ?? [],
	};
}

const rows = [];
const failed = [];
try {
	for (const project of projects) {
		try {
			const row = await compareProject(project);
			rows.push(row);
			console.log(summaryLine(row));
		} catch (error) {
			failed.push(project.name);
			console.log(`none ${project.name}: ${error.stack}`);
		}
	}
} finally {
	await server.dispose();
}
const details = values.details ?? join(cache, "differences.json");
writeFileSync(details, `${JSON.stringify(rows, null, "\t")}\n`);
const table = markdownTable(rows);
if (values.markdown) writeFileSync(values.markdown, table);
console.log(`\n${table}\ndifferences: ${details}`);
process.exit(failed.length === 0 && rows.every((row) => summaryLine(row).startsWith("same")) ? 0 : 1);
