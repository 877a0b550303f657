import { type Diagnostic, diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { type GitSpec, type HubSpec, hideCredentials, type PackageSpec, specLabel } from "../core/packageSpec.ts";
import { chooseVersion } from "./chooseVersion.ts";
import type { Hub, HubVersion } from "./hub.ts";
import type { PackageReader } from "./packageReader.ts";
import type { Workspace } from "./workspace.ts";

/** A package that has been decided on. */
export interface PinnedPackage {
	readonly spec: PackageSpec;
	/** The name of its project, which is that of its folder. */
	readonly name: string;
	/** Its entry in package-lock.yml. */
	readonly locked: { readonly [key: string]: Plain };
	/** The hub's newest version, where that is another one. */
	readonly newest: string | null;
}

export interface Resolving {
	/** The project's own list, and how messages call it: `packages.yml`. */
	readonly specs: readonly PackageSpec[];
	readonly listName: string;
	/** The project's name; no package may have it. */
	readonly projectName: string;
	/** Of dbt, for packages that ask for one; null with --no-version-check. */
	readonly dbtVersion: string | null;
	readonly hub: Hub;
	readonly workspace: Workspace;
	readonly reader: PackageReader;
	/** Receives remarks: git packages that are not pinned, packages that have moved. */
	readonly warn: (remark: Diagnostic) => void;
}

interface Ask {
	readonly spec: PackageSpec;
	readonly by: string;
}

/** All who ask for one package. */
type Wanted = readonly [Ask, ...Ask[]];

/** What is known of a package once its version is. */
interface Found {
	readonly name: string;
	readonly label: string;
	readonly specs: readonly PackageSpec[];
	readonly locked: { readonly [key: string]: Plain };
	readonly newest: string | null;
}

/**
 * The project's packages and theirs, by dbt's way: a package is decided on as soon as it is met, what its version asks
 * for is met next, and bounds met later narrow the choice once more at the end. In the order in which they are met,
 * which is the order of the lock file.
 */
export async function resolvePackages(job: Resolving): Promise<readonly PinnedPackage[]> {
	const wanted = new Map<string, Wanted>();
	let round: readonly Ask[] = job.specs.map((spec) => ({ spec, by: job.listName }));
	while (round.length > 0) {
		const met = new Set(round.map((ask) => meet(wanted, ask)));
		const next: Ask[] = [];
		for (const key of met) {
			if (key === null) continue;
			const found = await find(wanted.get(key)!, job);
			next.push(...found.specs.map((spec) => ({ spec, by: found.label })));
		}
		round = next;
	}
	const pinned: PinnedPackage[] = [];
	for (const asks of wanted.values()) {
		const { name, locked, newest } = await find(asks, job);
		remark(asks, job);
		pinned.push({ spec: asks[0].spec, name, locked: { ...locked, name }, newest });
	}
	checkNames(pinned, job.projectName);
	return pinned;
}

/** Adds one who asks; null when the same was asked before, so that packages that name each other come to an end. */
function meet(wanted: Map<string, Wanted>, ask: Ask): string | null {
	const key = keysOf(ask.spec).find((name) => wanted.has(name)) ?? keysOf(ask.spec)[0] ?? "";
	const before = wanted.get(key);
	if (before === undefined) {
		wanted.set(key, [ask]);
		return key;
	}
	const [first] = before;
	if (first.spec.kind !== ask.spec.kind) {
		const facts = { name: specLabel(ask.spec), first: article(first.spec.kind), second: article(ask.spec.kind) };
		fail("TFM-DEPS-011", facts, ask.spec.place);
	}
	if (before.some((other) => other.by === ask.by && other.spec.fingerprint === ask.spec.fingerprint)) return null;
	wanted.set(key, [...before, ask]);
	return key;
}

const article = (kind: string): string => `a ${kind}`;

/** Names by which two entries mean the same package; of git with and without `.git`. */
function keysOf(spec: PackageSpec): readonly string[] {
	switch (spec.kind) {
		case "hub":
			return [spec.package];
		case "local":
			return [spec.path];
		case "tarball":
			return [spec.name ?? spec.url];
		default: {
			const tail = spec.subdirectory === null ? "" : `/${spec.subdirectory}`;
			const bare = spec.git.replace(/\.git$/, "");
			return [spec.git + tail, (bare === spec.git ? `${bare}.git` : bare) + tail];
		}
	}
}

async function find(asks: Wanted, job: Resolving): Promise<Found> {
	const [{ spec }] = asks;
	switch (spec.kind) {
		case "hub":
			return await findOnHub(spec, asks, job);
		case "local": {
			const { name, specs } = job.reader.localPackage(spec.path, spec);
			return { name, specs, label: spec.path, locked: { local: spec.path }, newest: null };
		}
		case "tarball": {
			const { dir } = await job.workspace.archive(spec.url, specLabel(spec));
			const { name, specs } = job.reader.packageIn(dir, spec);
			const locked = { tarball: spec.unrendered };
			return { name: spec.name ?? name, specs, label: specLabel(spec), locked, newest: null };
		}
		default: {
			const { dir, commit } = await job.workspace.git(spec, oneRevision(spec, asks));
			const { name, specs } = job.reader.packageIn(dir, spec);
			const locked: Record<string, Plain> = { [spec.kind]: spec.unrendered, revision: commit };
			if (spec.subdirectory !== null) locked.subdirectory = spec.subdirectory;
			if (spec.kind === "private" && spec.provider !== null) locked.provider = spec.provider;
			return { name, specs, label: specLabel(spec), locked, newest: null };
		}
	}
}

async function findOnHub(spec: HubSpec, asks: Wanted, job: Resolving): Promise<Found> {
	const hubPackage = await job.hub.find(spec.package, asks[0].by);
	const asked = asks.flatMap((ask) =>
		(ask.spec as HubSpec).versions.map((bound) => ({ bound: bound.trim(), by: ask.by })),
	);
	const { prerelease, place } = spec;
	const chosen = chooseVersion(hubPackage, {
		package: spec.package,
		asked,
		prerelease,
		dbtVersion: job.dbtVersion,
		place,
	});
	if (hubPackage.movedTo !== null)
		job.warn(
			diagnostic("TFM-DEPS-025", { from: spec.package, to: hubPackage.movedTo }, { ...place, severity: "warning" }),
		);
	const facts = hubPackage.versions.get(chosen.version) as HubVersion;
	const label = `${spec.package} ${chosen.version}`;
	return {
		name: facts.name,
		label,
		specs: job.reader.listOf(facts.packages, label),
		locked: { package: spec.package, version: chosen.version },
		newest: chosen.newest === chosen.version ? null : chosen.newest,
	};
}

function oneRevision(spec: GitSpec, asks: Wanted): string | null {
	const revisions = asks.flatMap(({ spec: asked, by }) => {
		const { revision } = asked as GitSpec;
		return revision === null ? [] : [{ revision, by }];
	});
	if (new Set(revisions.map(({ revision }) => revision)).size > 1)
		fail("TFM-DEPS-005", { git: hideCredentials(spec.unrendered), asked: revisions }, spec.place);
	return revisions[0]?.revision ?? null;
}

function remark(asks: Wanted, { warn }: Resolving): void {
	const [{ spec }] = asks;
	if (spec.kind !== "git" && spec.kind !== "private") return;
	const revision = oneRevision(spec, asks) ?? "HEAD";
	const wanted = asks.every((ask) => (ask.spec as GitSpec).warnUnpinned);
	if (wanted && ["HEAD", "main", "master"].includes(revision))
		warn(diagnostic("TFM-DEPS-015", { git: specLabel(spec), revision }, { ...spec.place, severity: "warning" }));
}

function checkNames(pinned: readonly PinnedPackage[], projectName: string): void {
	const problems: Diagnostic[] = [];
	const seen = new Map<string, PackageSpec>();
	for (const { name, spec } of pinned) {
		const label = specLabel(spec);
		const first = seen.get(name);
		if (name === projectName) problems.push(diagnostic("TFM-DEPS-010", { name, label }, spec.place));
		else if (!/^[^/\\]+$/.test(name) || name.startsWith("."))
			problems.push(diagnostic("TFM-DEPS-019", { name, label }, spec.place));
		else if (first !== undefined)
			problems.push(diagnostic("TFM-DEPS-009", { name, first: specLabel(first), second: label }, spec.place));
		seen.set(name, spec);
	}
	if (problems.length > 0) throw new TfmError(problems);
}
