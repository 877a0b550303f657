import type { TemplateRemark, UnpinnedRef } from "../core/templateRemark.ts";

const TABLE_ALONE = `[WARNING]: Deprecated functionality
The 'collect_freshness' macro signature has changed to return the full query
result, rather than just a table of values. See the v1.5 migration guide for
details on how to update your custom macro:
https://docs.getdbt.com/guides/migration/versions/upgrading-to-v1.5`;

/** dbt's words for what a template remarks. `text`: tfm's; `label`: whose template, as dbt names it. */
export function dbtRemark(remark: TemplateRemark, text: string, label: string): string {
	switch (remark.name) {
		case "JinjaLogWarning":
			return `[WARNING]: ${text}`;
		case "SnapshotTimestampWarning":
			return `[WARNING]: Data type of snapshot table timestamp columns (${remark.snapshot_time_data_type}) doesn't match derived column 'updated_at' (${remark.updated_at_data_type}). Please update snapshot config 'updated_at'.`;
		case "CollectFreshnessReturnSignature":
			return TABLE_ALONE;
		case "UnpinnedRefNewVersionAvailable":
			return unpinnedRef(remark, label);
	}
}

function unpinnedRef(ref: UnpinnedRef, label: string): string {
	const { ref_node_name: name, ref_node_package: owner, ref_node_version: version, ref_max_version: newest } = ref;
	const call = (v: string): string => `{{ ref('${owner}', '${name}', v='${v}') }}`;
	return [
		`While compiling '${label}':`,
		`Found an unpinned reference to versioned model '${name}' in project '${owner}'.`,
		`Resolving to latest version: ${name}.v${version}`,
		`A prerelease version ${newest} is available. It has not yet been marked 'latest' by its maintainer.`,
		`When that happens, this reference will resolve to ${name}.v${newest} instead.`,
		"",
		`  Try out v${newest}: ${call(newest)}`,
		`  Pin to  v${version}: ${call(version)}`,
		"",
	].join("\n");
}
