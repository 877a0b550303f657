/**
 * The list of packages of one project: `packages.yml`, or `packages:` of dependencies.yml (which dbt does not render).
 * Shapes are dbt's; every mistake lands in `problems` with its place.
 */
import { join } from "node:path";
import { type Diagnostic, type DiagnosticPlaces, diagnostic } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { hideCredentials, type PackageSpec } from "../core/packageSpec.ts";
import { parseBound } from "../core/versionRange.ts";
import type { Scope } from "../jinja/jinja.ts";
import type { YamlDocument, YamlPath } from "../yaml/readYaml.ts";
import { isMapping, own, type PlainMapping, ShapeCheck } from "../yaml/shapeCheck.ts";
import { readConfigYaml } from "./configFiles.ts";
import { pythonJson } from "./pythonJson.ts";
import { renderTree } from "./renderTree.ts";

export interface PackageList {
	/** `packages.yml` or `dependencies.yml`; null where neither lists anything. */
	readonly file: string | null;
	readonly specs: readonly PackageSpec[];
	/** The place of `packages:`. */
	readonly document: YamlDocument | null;
}

export interface PackageListReading {
	/** Of packages.yml and the lock file, which may read secrets; null renders nothing. */
	readonly scope: Scope | null;
	readonly problems: Diagnostic[];
	readonly warnings: Diagnostic[];
}

/** The lists of the folder `dir`; places are relative to `root`. */
export function readPackageList(dir: string, root: string, reading: PackageListReading): PackageList {
	const { problems, warnings } = reading;
	const [packages, dependencies] = ["packages.yml", "dependencies.yml"].map((name) =>
		readConfigYaml(join(dir, name), { root, problems, holdsSecrets: true }),
	);
	const has = (document: YamlDocument | undefined, key: string): document is YamlDocument =>
		document !== undefined && isMapping(document.value) && Object.hasOwn(document.value, key);
	if (has(packages, "packages") && has(dependencies, "packages"))
		problems.push(diagnostic("TFM-DEPS-013", {}, dependencies.at(["packages"], "key")));
	if (has(dependencies, "projects")) {
		const place = { ...dependencies.at(["projects"], "key"), severity: "warning" as const };
		warnings.push(diagnostic("TFM-DEPS-014", {}, place));
	}
	if (has(dependencies, "packages")) {
		const specs = readPackageEntries(dependencies, { ...reading, scope: null });
		return { file: "dependencies.yml", specs, document: dependencies };
	}
	if (packages === undefined || packages.value === null) return { file: null, specs: [], document: null };
	const check = new ShapeCheck(packages, problems);
	const mapping = check.mapping(packages.value, []);
	if (mapping !== undefined) check.knownKeys(mapping, [], { known: ["packages"], where: packages.file });
	return { file: "packages.yml", specs: readPackageEntries(packages, reading), document: packages };
}

/** `packages:` of any document of that shape: a list, a lock file, an answer of the hub. */
export function readPackageEntries(document: YamlDocument, reading: PackageListReading): readonly PackageSpec[] {
	const { scope, problems } = reading;
	const check = new ShapeCheck(document, problems);
	const written = isMapping(document.value) ? own(document.value, "packages") : undefined;
	const entries = check.list(written, ["packages"]) ?? [];
	return entries.flatMap((raw, i) => {
		const path = ["packages", i];
		const before = problems.length;
		const rendered = scope === null ? raw : renderTree(raw, path, { document, scope, problems, hideSource: true });
		if (problems.length > before) return [];
		const mapping = check.mapping(rendered ?? [], path);
		if (mapping === undefined || !isMapping(raw)) return [];
		const spec = readEntry({ entry: mapping, raw, path, check, document });
		return spec === undefined || problems.length > before ? [] : [spec];
	});
}

/** A token in an address stays out of code frames. */
const shown = (place: DiagnosticPlaces): DiagnosticPlaces => ({
	...place,
	...(place.source === undefined ? {} : { source: hideCredentials(place.source) }),
});

interface EntryReading {
	/** Rendered. */
	readonly entry: PlainMapping;
	readonly raw: PlainMapping;
	readonly path: YamlPath;
	readonly check: ShapeCheck;
	readonly document: YamlDocument;
}

const GIT_KEYS = ["revision", "warn-unpinned", "subdirectory", "name"];
const KEYS: { readonly [source: string]: readonly string[] } = {
	package: ["version", "install_prerelease", "install-prerelease", "name"],
	git: GIT_KEYS,
	private: ["provider", ...GIT_KEYS],
	local: ["name"],
	tarball: ["name"],
};

function readEntry(reading: EntryReading): PackageSpec | undefined {
	const { entry, raw, path, check, document } = reading;
	const sources = Object.keys(KEYS).filter((key) => Object.hasOwn(entry, key));
	const [source, second] = sources;
	const where = `packages[${path.at(-1)}]`;
	if (source === undefined) {
		check.required(entry, path, { key: Object.keys(KEYS).join(" / "), where });
		return undefined;
	}
	if (second !== undefined) {
		check.problems.push(diagnostic("TFM-CONFIG-005", { first: source, second }, check.at([...path, second], "key")));
		return undefined;
	}
	check.required(entry, path, { key: source, where });
	check.knownKeys(entry, path, { known: [source, ...(KEYS[source] ?? [])], where });
	const text = (key: string): string | null => check.scalarText(own(entry, key), [...path, key]) ?? null;
	const address = text(source) ?? "";
	if (address === "") {
		check.problems.push(diagnostic("TFM-DEPS-012", { problem: `\`${source}:\` is empty` }, check.at(path)));
		return undefined;
	}
	const name = text("name");
	const unrendered = own(raw, source);
	const common = {
		name,
		unrendered: typeof unrendered === "string" ? unrendered : address,
		place: shown(check.at([...path, source], "key")),
		fingerprint: fingerprintOf(source, reading),
	};
	switch (source) {
		case "package":
			return { ...common, kind: "hub", package: address, ...readHub(address, reading) };
		case "local":
			return { ...common, kind: "local", path: address };
		case "tarball":
			check.required(entry, path, { key: "name", where });
			return { ...common, kind: "tarball", url: address };
		default:
			return {
				...common,
				kind: source === "git" ? "git" : "private",
				git: address,
				provider: text("provider"),
				revision: numberText(own(entry, "revision"), [...path, "revision"], document) ?? text("revision"),
				subdirectory: text("subdirectory"),
				warnUnpinned: check.boolean(own(entry, "warn-unpinned"), [...path, "warn-unpinned"]) ?? true,
			};
	}
}

function readHub(name: string, { entry, path, check, document }: EntryReading) {
	if (!name.includes("/"))
		check.problems.push(
			diagnostic("TFM-DEPS-012", { problem: `"${name}" has no namespace, as in dbt-labs/dbt_utils` }, check.at(path)),
		);
	check.required(entry, path, { key: "version", where: name });
	const written = own(entry, "version") ?? [];
	const list = Array.isArray(written) ? (written as readonly Plain[]) : [written];
	const versions = list.flatMap((value, i) => {
		const at = Array.isArray(written) ? [...path, "version", i] : [...path, "version"];
		const text = numberText(value, at, document) ?? check.scalarText(value, at);
		if (text === undefined) return [];
		// dbt wants a list for a range, and takes the comma in require-dbt-version; both read the same here.
		const bounds = text.split(",").filter((part) => part.trim() !== "");
		if (bounds.length > 0 && bounds.every((part) => parseBound(part) !== undefined)) return bounds;
		check.problems.push(diagnostic("TFM-CONFIG-009", { text }, check.at(at)));
		return [];
	});
	const flag = (key: string): boolean | undefined => check.boolean(own(entry, key), [...path, key]);
	return { versions, prerelease: flag("install_prerelease") ?? flag("install-prerelease") ?? false };
}

/** A number as Python prints it: `1.0` where YAML has the number 1. */
function numberText(value: Plain | undefined, path: YamlPath, document: YamlDocument): string | undefined {
	if (typeof value !== "number") return undefined;
	const integral = Number.isInteger(value);
	return integral && !/^[-+]?\d+$/.test(document.written(path) ?? String(value)) ? `${value}.0` : String(value);
}

/** The fields that dbt's dataclass of the kind has, absent ones included. */
function fingerprintOf(source: string, { entry, raw, path, document }: EntryReading): string {
	const value = (key: string): Plain => own(entry, key) ?? null;
	const name = value("name") === null ? {} : { name: value("name") };
	const git = {
		revision: value("revision"),
		subdirectory: value("subdirectory"),
		"warn-unpinned": value("warn-unpinned"),
	};
	const fields: { readonly [source: string]: PlainMapping } = {
		package: { version: value("version"), install_prerelease: own(entry, "install_prerelease") ?? false },
		git,
		private: { ...git, provider: value("provider") },
		local: {},
		tarball: {},
	};
	const counted = { [source]: value(source), ...fields[source], ...name, unrendered: raw };
	return pythonJson(counted, (number, at) => {
		const inFile = at[0] === "unrendered" ? at.slice(1) : at;
		return numberText(number, [...path, ...inFile], document) ?? String(number);
	});
}
