import { fail } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import { type Download, download } from "./httpDownload.ts";

/** One version of a hub package, as far as it matters here. */
export interface HubVersion {
	/** Name of the package's project, and of its folder. */
	readonly name: string;
	readonly tarball: string;
	/** Bounds on dbt's version. */
	readonly requires: readonly string[];
	/** Its own list of packages: what packages.yml holds under `packages:`. */
	readonly packages: Plain;
}

export interface HubPackage {
	readonly versions: ReadonlyMap<string, HubVersion>;
	/** `namespace/name` under which it lives now, where it has moved. */
	readonly movedTo: string | null;
}

export interface Hub {
	/** Without a slash at its end, as messages name it. */
	readonly address: string;
	/** Throws TFM-DEPS-001 or, for a name that the index does not hold, 002. `by` is who asks. */
	find(name: string, by: string): Promise<HubPackage>;
}

const DEFAULT_HUB = "https://hub.getdbt.com/";

/**
 * The package registry: `api/v1/index.json` is the list of names, `api/v1/<namespace>/<name>.json` one package with all
 * its versions. Each is asked for once. `base` is DBT_PACKAGE_HUB_URL.
 */
export function createHub(base: string | undefined, how: Download): Hub {
	const address = (base === undefined || base === "" ? DEFAULT_HUB : base).replace(/\/+$/, "");
	const json = <T>(path: string, read: (value: Plain) => T): Promise<T> =>
		download(`${address}/api/v1/${path}.json`, how, (body) =>
			read(JSON.parse(new TextDecoder().decode(body)) as Plain),
		);
	let index: Promise<readonly string[]> | undefined;
	const found = new Map<string, Promise<HubPackage>>();

	const look = async (name: string, by: string): Promise<HubPackage> => {
		index ??= json("index", readIndex);
		const names = await index;
		if (!names.includes(name))
			fail("TFM-DEPS-002", {
				package: name,
				hub: address,
				by,
				suggestion: suggestName(name, names) ?? sameName(name, names),
			});
		return await json(name, readPackage);
	};
	return Object.freeze({
		address,
		find(name: string, by: string): Promise<HubPackage> {
			const asked = found.get(name) ?? look(name, by);
			found.set(name, asked);
			return asked;
		},
	});
}

/** The package of that name in another namespace. */
const sameName = (name: string, names: readonly string[]): string | undefined =>
	names.find((other) => other.split("/")[1] === name.split("/")[1]);

type Mapping = { readonly [key: string]: Plain };
const isMapping = (value: Plain | undefined): value is Mapping =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Thrown at an answer that is no answer of a hub: tried again, since a proxy or an overload may speak in its place. */
class NotTheHub extends Error {
	constructor(problem: string) {
		super(`this is not a package hub's answer: ${problem}`);
	}
}

function readIndex(value: Plain): readonly string[] {
	if (!Array.isArray(value)) throw new NotTheHub("index.json is not a list");
	return (value as readonly Plain[]).filter((name) => typeof name === "string");
}

function readPackage(value: Plain): HubPackage {
	if (!isMapping(value) || !isMapping(value.versions)) throw new NotTheHub("`versions` is missing");
	const versions = new Map<string, HubVersion>();
	for (const [number, version] of Object.entries(value.versions)) {
		const downloads = isMapping(version) ? version.downloads : undefined;
		if (!isMapping(version) || typeof version.name !== "string" || !isMapping(downloads)) continue;
		if (typeof downloads.tarball !== "string") continue;
		const required = version.require_dbt_version ?? [];
		versions.set(number, {
			name: version.name,
			tarball: downloads.tarball,
			requires: (Array.isArray(required) ? (required as readonly Plain[]) : [required]).flatMap((text) =>
				typeof text === "string" ? text.split(",").filter((part) => part.trim() !== "") : [],
			),
			packages: version.packages ?? [],
		});
	}
	if (versions.size === 0 && Object.keys(value.versions).length > 0) throw new NotTheHub("no version has a download");
	const moved = [value.redirectnamespace ?? value.namespace, value.redirectname ?? value.name];
	const movedTo = isText(value.redirectnamespace) || isText(value.redirectname) ? moved.join("/") : null;
	return Object.freeze({ versions, movedTo });
}

const isText = (value: Plain | undefined): boolean => typeof value === "string" && value !== "";
