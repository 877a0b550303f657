/**
 * `tfm deps`: the list of packages → versions that fit together → package-lock.yml → folders under
 * packages-install-path. A lock that belongs to the list is taken as it is; packages that stand in place are kept, so
 * that a second call needs no network.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfig, packagesOf, shellSecretCommand } from "../config/loadConfig.ts";
import type { Config } from "../core/config.ts";
import { type Diagnostic, fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { LogMessage } from "../core/logMessage.ts";
import { makeFolders } from "../core/makeFolders.ts";
import type { TemplateMessage } from "../core/request.ts";
import { DBT_VERSION } from "../core/version.ts";
import { addEntry, splitVersion } from "../packages/addEntry.ts";
import { createHub } from "../packages/hub.ts";
import { type Installation, installPackages } from "../packages/installPackages.ts";
import { LOCK_FILE, listHash, lockText } from "../packages/lockFile.ts";
import { type Resolving, resolvePackages } from "../packages/resolvePackages.ts";
import { createWorkspace } from "../packages/workspace.ts";
import { createRedactor } from "../report/report.ts";
import { installMessages, lockUpdated, noPackages, packageAdded, templateMessage } from "./depsMessages.ts";
import { tellRemarks } from "./tellRemarks.ts";

export async function depsCommand(invocation: Invocation): Promise<ExitCode> {
	const { cwd, env, flags, signal, log } = invocation;
	const readSecretCommand = shellSecretCommand({ env, cwd });
	const config = await loadConfig({ cwd, flags, env, command: "deps", readSecretCommand });
	const redact = createRedactor(config.secrets);
	log?.open(config.logDir);
	const tell = (message: (ts: string) => LogMessage): void =>
		log?.write(redact(message(invocation.clock().toISOString())));
	const say = (text: string): void => {
		if (log?.onScreen !== true && invocation.output.verbosity >= 0) invocation.stdout.write(`${redact(text)}\n`);
	};
	const warnings: Diagnostic[] = [...(invocation.remarks ?? []), ...config.warnings];
	const said: TemplateMessage[] = [...(config.said ?? [])];
	const packages = packagesOf(config, warnings, said);
	if (typeof flags.extra.addPackage === "string") addPackage(config, invocation, { say, tell });

	const { root } = config.project;
	const list = packages.list();
	for (const message of said) {
		if (message.info) say(message.text);
		tell((ts) => templateMessage(message, ts));
	}
	const listName = list.file ?? "packages.yml";
	if (list.specs.length === 0) {
		tellRemarks(warnings, config, invocation);
		say(`${listName} lists no packages: nothing to install`);
		tell(noPackages);
		return 0;
	}
	const stageDir = join(config.targetDir, `packages-${invocation.host.pid}`);
	const how = { signal, sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };
	const environment = config.env ?? env;
	const dbtVersion = config.checkVersion === false ? null : DBT_VERSION;
	const hub = createHub(environment.DBT_PACKAGE_HUB_URL, how);
	const workspace = createWorkspace({ ...how, dir: join(stageDir, "fetched"), env: environment });
	try {
		const hash = listHash(list.specs);
		const lock = packages.lock();
		if (lock === null || lock.hash !== hash || flags.extra.upgrade === true) {
			const job: Resolving = {
				specs: list.specs,
				listName,
				projectName: config.project.name,
				dbtVersion,
				hub,
				workspace,
				reader: packages,
				warn: (found) => warnings.push(found),
			};
			const pinned = await resolvePackages(job);
			tellRemarks(warnings, config, invocation);
			writeAtOnce(join(root, LOCK_FILE), lockText(pinned, hash));
			say(`${LOCK_FILE}: ${pinned.length} ${pinned.length === 1 ? "package" : "packages"}`);
			tell((ts) => lockUpdated(join(root, LOCK_FILE), ts));
		} else tellRemarks(warnings, config, invocation);
		if (flags.extra.lock === true) return 0;

		const installDir = resolve(root, config.project.packagesInstallPath);
		const specs = packages.lock()?.specs ?? [];
		const job = { specs, installDir, stageDir, hub, workspace, dbtVersion, reader: packages };
		const done = await installPackages(job);
		sayInstalled(done, config, say);
		for (const message of installMessages(done.installed, invocation.clock().toISOString())) tell(() => message);
		return 0;
	} finally {
		rmSync(stageDir, { recursive: true, force: true });
	}
}

/** A reader never sees half a lock. */
function writeAtOnce(path: string, text: string): void {
	const aside = `${path}.new`;
	writeFileSync(aside, text);
	renameSync(aside, path);
}

interface Voices {
	/** For a person. */
	readonly say: (text: string) => void;
	/** For dbt's log. */
	readonly tell: (message: (ts: string) => LogMessage) => void;
}

function addPackage(config: Config, { flags }: Invocation, { say, tell }: Voices): void {
	const { root } = config.project;
	const source = typeof flags.extra.source === "string" ? flags.extra.source : "hub";
	const { name, version } = splitVersion(String(flags.extra.addPackage));
	const { file, document } = packagesOf(config, []).list();
	const path = file ?? "packages.yml";
	if (source === "hub" && version === null)
		fail("TFM-DEPS-024", { file: path, problem: `a hub package needs a version: --add-package ${name}@1.0.0` });
	const { text, replaced } = addEntry(document, { name, version, source: source as "hub" | "git" | "local" });
	makeFolders(root, { existsSync, mkdirSync });
	writeAtOnce(join(root, path), text);
	for (const old of replaced) say(`${path}: ${old} taken out`);
	say(`${path}: ${name}${version === null ? "" : ` ${version}`} added`);
	tell((ts) => packageAdded({ name, version, path: join(root, path) }, ts));
}

function sayInstalled({ installed, removed }: Installation, config: Config, say: (text: string) => void): void {
	const width = Math.max(...installed.map(({ name }) => name.length));
	for (const { name, label, what, kept, newest } of installed) {
		const latest = newest === null ? "" : `; ${newest} is out`;
		say(`  ${name.padEnd(width)}  ${label} ${what}${kept ? ", in place" : ""}${latest}`);
	}
	for (const name of removed) say(`  ${name}  removed: ${LOCK_FILE} does not name it`);
	const count = `${installed.length} ${installed.length === 1 ? "package" : "packages"}`;
	say(`${count} in ${config.project.packagesInstallPath}. Next: tfm build`);
}
