/**
 * Installing what the lock file names. Everything is fetched and looked at aside first; only then are folders exchanged
 * by renames, so that a network that fails leaves yesterday's packages. What is in place already is kept: a package of
 * the hub or of git is known by its version or commit.
 */
import {
	cpSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fail } from "../core/diagnostic.ts";
import { makeFolders } from "../core/makeFolders.ts";
import { type HubSpec, hideCredentials, type PackageSpec, specLabel } from "../core/packageSpec.ts";
import { chooseVersion } from "./chooseVersion.ts";
import type { Hub } from "./hub.ts";
import type { PackageReader } from "./packageReader.ts";
import type { Workspace } from "./workspace.ts";

export interface Installing {
	/** Entries of the lock file. */
	readonly specs: readonly PackageSpec[];
	/** Absolute. */
	readonly installDir: string;
	/** Absolute; on the same disk as installDir, so that a rename suffices. Removed by the caller. */
	readonly stageDir: string;
	readonly hub: Hub;
	/** For telling of newer versions; null with --no-version-check. */
	readonly dbtVersion: string | null;
	readonly workspace: Workspace;
	readonly reader: PackageReader;
}

export interface InstalledPackage {
	readonly name: string;
	readonly label: string;
	/** Of the lock file. */
	readonly spec: PackageSpec;
	/** `version 1.1.1`, `commit 0123456`, `linked`, `archive`. */
	readonly what: string;
	readonly kept: boolean;
	/** The hub's newest version; null where it was not asked or is this one. */
	readonly newest: string | null;
}

export interface Installation {
	readonly installed: readonly InstalledPackage[];
	/** Folders that no package of the lock file has. */
	readonly removed: readonly string[];
}

/** What stands where, by name of the package: the lock entry's fingerprint. A file, since dbt counts the folders. */
const RECORD = ".tfm-installed.json";

export async function installPackages(job: Installing): Promise<Installation> {
	const { installDir, stageDir } = job;
	makeFolders(installDir, { existsSync, mkdirSync });
	makeFolders(stageDir, { existsSync, mkdirSync });
	const record = readRecord(installDir);
	const ready = await Promise.all(
		job.specs.map((spec, index) => makeReady(spec, join(stageDir, `package-${index}`), { job, record })),
	);
	const names = new Set<string>();
	for (const { name, spec } of ready) {
		if (!/^[^/\\]+$/.test(name) || name.startsWith(".")) fail("TFM-DEPS-019", { name, label: specLabel(spec) });
		if (names.has(name)) fail("TFM-DEPS-009", { name, first: "package-lock.yml", second: specLabel(spec) });
		names.add(name);
	}
	const old = readdirSync(installDir, { withFileTypes: true })
		.filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !names.has(entry.name))
		.map((entry) => entry.name);
	exchange(ready, old, job);
	const now = Object.fromEntries(ready.map(({ name, spec }) => [name, spec.fingerprint]));
	writeFileSync(join(installDir, RECORD), `${JSON.stringify(now, null, 2)}\n`);
	return {
		installed: ready.map(({ name, spec, what, staged, newest }) => ({
			name,
			label: specLabel(spec),
			spec,
			what,
			kept: staged === null,
			newest,
		})),
		removed: old.sort(),
	};
}

interface Ready {
	readonly spec: PackageSpec;
	readonly name: string;
	readonly what: string;
	/** What will be renamed into place; null when it is in place. */
	readonly staged: string | null;
	readonly newest: string | null;
}

interface Making {
	readonly job: Installing;
	readonly record: ReadonlyMap<string, string>;
}

async function makeReady(spec: PackageSpec, stage: string, { job, record }: Making): Promise<Ready> {
	const { installDir, workspace, reader } = job;
	const inPlace = (name: string | null): name is string =>
		name !== null && record.get(name) === spec.fingerprint && existsSync(join(installDir, name, "dbt_project.yml"));
	switch (spec.kind) {
		case "hub": {
			const what = `version ${spec.versions.join(",")}`;
			if (inPlace(spec.name)) return { spec, name: spec.name, what, staged: null, newest: null };
			const { name, url, newest } = await onHub(spec, job);
			const { dir } = await workspace.archive(url, `${spec.package} ${spec.versions.join(",")}`);
			return { spec, name, what, staged: copyTo(stage, dir), newest };
		}
		case "git":
		case "private": {
			const what = `commit ${(spec.revision ?? "HEAD").slice(0, 7)}`;
			if (inPlace(spec.name)) return { spec, name: spec.name, what, staged: null, newest: null };
			const { dir } = await workspace.git(spec, spec.revision);
			const { name } = reader.packageIn(dir, spec);
			return { spec, name, what, staged: copyTo(stage, dir), newest: null };
		}
		case "tarball": {
			const { dir } = await workspace.archive(spec.url, specLabel(spec));
			const name = spec.name ?? reader.packageIn(dir, spec).name;
			return {
				spec,
				name,
				what: `archive ${hideCredentials(spec.unrendered)}`,
				staged: copyTo(stage, dir),
				newest: null,
			};
		}
		case "local": {
			const { dir, name } = reader.localPackage(spec.path, spec);
			const place = join(installDir, name);
			const linked = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
			if (linked && resolve(installDir, readlinkSync(place)) === dir)
				return { spec, name, what: "linked", staged: null, newest: null };
			return { spec, name, ...linkTo(stage, dir, installDir), newest: null };
		}
	}
}

async function onHub(
	spec: HubSpec,
	{ hub, dbtVersion }: Installing,
): Promise<{ name: string; url: string; newest: string | null }> {
	const hubPackage = await hub.find(spec.package, "package-lock.yml");
	const [version = ""] = spec.versions;
	const found = hubPackage.versions.get(version);
	if (found === undefined)
		return fail("TFM-DEPS-023", { package: spec.package, version, hub: hub.address }, spec.place);
	const { newest } = chooseVersion(hubPackage, { ...spec, asked: [], dbtVersion });
	return { name: found.name, url: found.tarball, newest: newest === version ? null : newest };
}

function copyTo(stage: string, dir: string): string {
	cpSync(dir, stage, { recursive: true, verbatimSymlinks: true });
	return stage;
}

/** A link, as dbt makes; a copy where the disk knows no links. */
function linkTo(stage: string, dir: string, installDir: string): { staged: string; what: string } {
	try {
		// Relative, so that the project can be moved together with the package; a link is read from where it will stand.
		symlinkSync(relative(installDir, dir), stage, "dir");
		return { staged: stage, what: "linked" };
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code !== "EPERM" && code !== "ENOSYS" && code !== "EOPNOTSUPP" && code !== "ENOTSUP") throw error;
		return { staged: copyTo(stage, dir), what: "copied" };
	}
}

/** Renames only. A rename that fails puts back what was moved, and is thrown. */
function exchange(ready: readonly Ready[], old: readonly string[], { installDir, stageDir }: Installing): void {
	const away = join(stageDir, "replaced");
	makeFolders(away, { existsSync, mkdirSync });
	const undo: (() => void)[] = [];
	const move = (from: string, to: string): void => {
		moveFolder(from, to);
		undo.unshift(() => moveFolder(to, from));
	};
	try {
		for (const name of [...old, ...ready.flatMap(({ name, staged }) => (staged === null ? [] : [name]))])
			if (lstatSync(join(installDir, name), { throwIfNoEntry: false }) !== undefined)
				move(join(installDir, name), join(away, name));
		for (const { name, staged } of ready) if (staged !== null) move(staged, join(installDir, name));
	} catch (error) {
		for (const back of undo) back();
		throw error;
	}
}

function moveFolder(from: string, to: string): void {
	try {
		renameSync(from, to);
	} catch (error) {
		// packages-install-path on another disk than the target folder.
		if ((error as NodeJS.ErrnoException).code !== "EXDEV") throw error;
		mkdirSync(dirname(to), { recursive: true });
		cpSync(from, to, { recursive: true, verbatimSymlinks: true });
		rmSync(from, { recursive: true, force: true });
	}
}

/** Empty when nothing was installed by tfm, or the file says nothing that can be read. */
function readRecord(installDir: string): ReadonlyMap<string, string> {
	const path = join(installDir, RECORD);
	if (!existsSync(path)) return new Map();
	try {
		return new Map(Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, string>));
	} catch (error) {
		if (error instanceof SyntaxError) return new Map();
		throw error;
	}
}
