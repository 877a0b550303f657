import type { LogMessage } from "../core/logMessage.ts";
import { hideCredentials, type PackageSpec } from "../core/packageSpec.ts";
import type { TemplateMessage } from "../core/request.ts";
import type { InstalledPackage } from "../packages/installPackages.ts";
import { dbtMessage } from "../report/report.ts";

/** What dbt's log says of packages that were installed, in its words and under its events' names. */
export function installMessages(installed: readonly InstalledPackage[], ts: string): readonly LogMessage[] {
	const outdated = installed.filter(({ newest }) => newest !== null).map(({ label }) => label);
	const of = installed.flatMap((one) => {
		const version_name = versionName(one.spec);
		const subdirectory = "subdirectory" in one.spec ? one.spec.subdirectory : null;
		return [
			dbtMessage("DepsStartPackageInstall", `Installing ${one.label}`, { ts, data: { package_name: one.label } }),
			dbtMessage("DepsInstallInfo", `Installed from ${version_name}`, { ts, data: { version_name } }),
			// Of what is in place the hub is not asked again.
			...(one.spec.kind === "hub" && !one.kept ? [newestMessage(one.newest, ts)] : []),
			...(subdirectory === null
				? []
				: [dbtMessage("DepsListSubdirectory", `and subdirectory ${subdirectory}`, { ts, data: { subdirectory } })]),
		];
	});
	if (outdated.length === 0) return of;
	const names = `[${outdated.map((name) => `'${name}'`).join(", ")}]`;
	// The blanks are dbt's.
	const text = `Updates available for packages: ${names}                 \nUpdate your versions in packages.yml, then run dbt deps`;
	return [
		...of,
		dbtMessage("Formatting", "", { ts }),
		dbtMessage("DepsNotifyUpdatesAvailable", text, { ts, data: { packages: outdated } }),
	];
}

const newestMessage = (newest: string | null, ts: string): LogMessage =>
	newest === null
		? dbtMessage("DepsUpToDate", "Up to date!", { ts, data: {} })
		: dbtMessage("DepsUpdateAvailable", `Updated version available: ${newest}`, {
				ts,
				data: { version_latest: newest },
			});

/** dbt's `nice_version_name`, of an entry of the lock file. */
function versionName(spec: PackageSpec): string {
	switch (spec.kind) {
		case "hub":
			return `version ${spec.versions[0] ?? ""}`;
		case "git":
		case "private":
			return spec.revision === null || spec.revision === "HEAD"
				? "HEAD (default revision)"
				: `revision ${spec.revision}`;
		case "local":
			return `<local @ ${spec.path}>`;
		case "tarball":
			return `tarball (url: ${hideCredentials(spec.unrendered)})`;
	}
}

export const lockUpdated = (lock_filepath: string, ts: string): LogMessage =>
	dbtMessage("DepsLockUpdating", `Updating lock file in file path: ${lock_filepath}`, { ts, data: { lock_filepath } });

export const noPackages = (ts: string): LogMessage =>
	dbtMessage("DepsNoPackagesFound", "Warning: No packages were found in packages.yml", { ts, data: {} });

export const packageAdded = (
	added: { readonly name: string; readonly version: string | null; readonly path: string },
	ts: string,
): LogMessage => {
	const { name: package_name, version, path: packages_filepath } = added;
	return dbtMessage("DepsAddPackage", `Added new package ${package_name}@${version ?? ""} to ${packages_filepath}`, {
		ts,
		data: { package_name, version: version ?? "", packages_filepath },
	});
};

/** What log() or print() said in packages.yml. */
export const templateMessage = ({ text, info, printed }: TemplateMessage, ts: string): LogMessage => {
	const event = printed === true ? "PrintEvent" : info ? "JinjaLogInfo" : "JinjaLogDebug";
	return dbtMessage(event, text, { ts, data: { msg: text } });
};
