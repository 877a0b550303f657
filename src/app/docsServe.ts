import { existsSync, watch } from "node:fs";
import { join, relative } from "node:path";
import { DatabaseError } from "../core/databaseError.ts";
import { fail, TfmError } from "../core/diagnostic.ts";
import type { PastTrace } from "../core/history.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { type RunNow, readRunResults, serveSite } from "../docs/docs.ts";
import { analysisOf } from "./columnLineage/analysisOf.ts";
import { type Database, withDatabase } from "./database.ts";
import { siteFindings } from "./docsFindings.ts";
import { countOption, readTrace, siteFolder, writeDocsSite } from "./docsSite.ts";
import { createRunReader } from "./liveRun.ts";
import { type OpenProject, openProject, readConfigWithoutProfile } from "./openProject.ts";

const PORT = 8080;
/** Artifacts are written one after the other. */
const QUIET_MS = 300;
/** The database that a run has open is asked again for what the run did. */
const RETRY_MS = 3000;
const TRIES = 20;
const WATCHED = new Set([
	"manifest.json",
	"catalog.json",
	"run_results.json",
	"sources.json",
	"lineage.columns.json",
	"diff.json",
]);

/** `tfm docs serve`: until it is stopped. With --watch the site is made anew when artifacts change. Open pages show the run that goes on. */
export async function docsServe(invocation: Invocation): Promise<ExitCode> {
	const { extra } = invocation.flags;
	const port = countOption(extra, "port", "port", PORT);
	if (port > 65_535)
		fail("TFM-DOCS-009", { option: "port", value: String(port), expected: "a whole number from 0 to 65535" });
	// A site that --out names is served wherever it stands; only what is made anew needs a project.
	const config = extra.out === undefined || extra.watch === true ? await readConfigWithoutProfile(invocation) : null;
	const target = config?.targetDir ?? invocation.cwd;
	const folder = siteFolder(invocation, target);
	if (!existsSync(join(folder, "index.html"))) {
		// dbt docs generate, or an earlier tfm compile, left what a site is made of.
		const plain = config?.project.layering === null && extra.out === undefined;
		if (!plain || !existsSync(join(target, "manifest.json")))
			fail("TFM-DOCS-005", { folder: relative(invocation.cwd, folder) || "." });
		const earlier = readRunResults(target);
		await writeDocsSite(invocation, { target, project: null, earlier, trace: null, samples: new Map() });
	}
	// Elsewhere than beside its project nobody knows of a site's runs.
	const runs = config === null ? null : followRuns(invocation, target);
	const server = await serveSite({
		folder,
		host: typeof extra.host === "string" ? extra.host : "127.0.0.1",
		port,
		portMayDiffer: extra.port === undefined,
		...(runs === null ? {} : { runNow: runs.read }),
	});
	const stopWatching = extra.watch === true ? watchArtifacts(invocation, target) : () => {};
	invocation.stdout.write(`docs at ${server.url} (Ctrl-C ends)\n`);
	await new Promise<void>((done) => {
		if (invocation.signal.aborted) done();
		invocation.signal.addEventListener("abort", () => done(), { once: true });
	});
	stopWatching();
	await server.close();
	runs?.close();
	return 0;
}

/** A log that cannot be read is told once; the site is served without it. */
function followRuns(invocation: Invocation, target: string): ReturnType<typeof createRunReader> {
	const reader = createRunReader(target, invocation.host.name);
	let broken = false;
	const read = (): RunNow | null => {
		if (broken) return null;
		try {
			return reader.read();
		} catch (error) {
			broken = true;
			invocation.stderr.write(`runs that go on are not shown: ${(error as Error).message}\n`);
			return null;
		}
	};
	return { read, close: reader.close };
}

/** Without the database, which a run may have open, and without writing what is watched. */
async function findingsOf(invocation: Invocation, project: OpenProject) {
	const { flags } = invocation;
	const quiet = { ...invocation, flags: { ...flags, writeJson: false, extra: { ...flags.extra, introspect: false } } };
	return siteFindings(project, await analysisOf(quiet, project));
}

/** Null when the database does not answer: an embedded one may be in use by the next run already. */
async function pastRuns(invocation: Invocation, project: OpenProject, tell: boolean): Promise<PastTrace | null> {
	try {
		const read = (database: Database) => readTrace(invocation, project, database);
		return await withDatabase(invocation, project, read, { asks: "the runs before ask" });
	} catch (error) {
		if (!(error instanceof TfmError) && !(error instanceof DatabaseError)) throw error;
		if (tell) invocation.stderr.write(`the runs before are shown as they were: ${error.message}\n`);
		return null;
	}
}

/** The site again after each command that wrote artifacts. What fails is told, and the site stays as it was. */
function watchArtifacts(invocation: Invocation, target: string): () => void {
	let timer: NodeJS.Timeout | undefined;
	let building = Promise.resolve();
	let trace: PastTrace | null = null;
	const schedule = (ms: number, tries: number): void => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			building = building.then(() => rebuild(tries));
		}, ms);
	};
	const rebuild = async (tries: number): Promise<void> => {
		try {
			const project = await openProject(invocation);
			const earlier = readRunResults(target);
			const read = await pastRuns(invocation, project, tries === TRIES);
			if (read === null && tries > 0) schedule(RETRY_MS, tries - 1);
			// Nothing else has changed since the first try.
			if (read === null && tries < TRIES) return;
			trace = read ?? trace;
			const findings = await findingsOf(invocation, project);
			await writeDocsSite(invocation, { target, project, earlier, trace, samples: new Map(), findings });
		} catch (error) {
			invocation.stderr.write(`the site stays as it was: ${(error as Error).message}\n`);
		}
	};
	const watcher = watch(target, (_, name) => {
		if (name === null || !WATCHED.has(name)) return;
		schedule(QUIET_MS, TRIES);
	});
	return () => {
		watcher.close();
		clearTimeout(timer);
	};
}
