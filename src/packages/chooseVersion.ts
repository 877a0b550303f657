import { type DiagnosticPlaces, fail } from "../core/diagnostic.ts";
import { compareVersions, parseBound, satisfies, type VersionBound } from "../core/versionRange.ts";
import type { HubPackage } from "./hub.ts";

export interface Asked {
	readonly bound: string;
	/** Who asks: `packages.yml`, or a package with its version. */
	readonly by: string;
}

export interface VersionRequest {
	readonly package: string;
	readonly asked: readonly Asked[];
	readonly prerelease: boolean;
	/** The version of dbt that packages must work with; null with --no-version-check. */
	readonly dbtVersion: string | null;
	/** Of the first who asks. */
	readonly place: DiagnosticPlaces;
}

export interface ChosenVersion {
	readonly version: string;
	/** The newest that could be installed if nobody asked for less. */
	readonly newest: string;
}

/** The newest version that all who ask can live with. Throws TFM-DEPS-003, which names each of them. */
export function chooseVersion(found: HubPackage, request: VersionRequest): ChosenVersion {
	const bounds = request.asked.flatMap(({ bound }) => parseBound(bound) ?? []);
	const prerelease = request.prerelease || bounds.some((bound) => bound.version.pre !== "");
	const all = [...found.versions].flatMap(([text, { requires }]) => {
		const exact = parseBound(text);
		return exact === undefined ? [] : [{ text, version: exact.version, requires }];
	});
	all.sort((a, b) => compareVersions(b.version, a.version));
	const worksHere = (requires: readonly string[]): boolean => {
		const required = requires.flatMap((text): VersionBound[] => {
			const bound = parseBound(text);
			return bound === undefined ? [] : [bound];
		});
		return request.dbtVersion === null || satisfies(request.dbtVersion, required);
	};
	const installable = all.filter(({ version, requires }) => (prerelease || version.pre === "") && worksHere(requires));
	const fits = ({ text }: { readonly text: string }): boolean => satisfies(text, bounds);
	const chosen = installable.find(fits);
	const [newest] = installable;
	if (chosen !== undefined && newest !== undefined) return { version: chosen.text, newest: newest.text };
	const others = all.filter((candidate) => !installable.includes(candidate));
	const facts = {
		package: request.package,
		asked: request.asked,
		available: installable.map(({ text }) => text),
		otherwise: others.filter(fits).map(({ text }) => text),
	};
	return fail("TFM-DEPS-003", facts, request.place);
}
