import type { DiagnosticPlaces } from "./diagnostic.ts";

interface CommonSpec {
	/** `name:` of the entry: of a tarball the package's name, in the lock file every package's. */
	readonly name: string | null;
	/** The text of an address before its templates were rendered: what the lock file may hold, since it holds no secret. */
	readonly unrendered: string;
	/** The entry as dbt's hash of a package list counts it: JSON with sorted keys. */
	readonly fingerprint: string;
	readonly place: DiagnosticPlaces;
}

/** One entry of packages.yml, dependencies.yml, package-lock.yml, or of a package's own list. */
export type PackageSpec =
	| (CommonSpec & {
			readonly kind: "hub";
			/** `dbt-labs/dbt_utils` */
			readonly package: string;
			/** Bounds as written: `1.1.0`, `>=1.0.0`. */
			readonly versions: readonly string[];
			readonly prerelease: boolean;
	  })
	| (CommonSpec & {
			readonly kind: "git" | "private";
			/** An address of git; for `private`, `org/repository`. */
			readonly git: string;
			readonly provider: string | null;
			readonly revision: string | null;
			readonly subdirectory: string | null;
			readonly warnUnpinned: boolean;
	  })
	| (CommonSpec & { readonly kind: "local"; readonly path: string })
	| (CommonSpec & { readonly kind: "tarball"; readonly url: string });

export type HubSpec = Extract<PackageSpec, { kind: "hub" }>;
export type GitSpec = Extract<PackageSpec, { kind: "git" | "private" }>;
export type LocalSpec = Extract<PackageSpec, { kind: "local" }>;
export type TarballSpec = Extract<PackageSpec, { kind: "tarball" }>;

/** How messages call an entry. */
export const specLabel = (spec: PackageSpec): string => {
	switch (spec.kind) {
		case "hub":
			return spec.package;
		case "git":
		case "private":
			return hideCredentials(spec.unrendered);
		case "local":
			return spec.path;
		case "tarball":
			return spec.name ?? hideCredentials(spec.unrendered);
	}
};

/** `https://user:token@host/…` without what stands before the `@`. */
export const hideCredentials = (text: string): string => text.replace(/\/\/[^/@\s]+@/g, "//*****@");
