/**
 * What a template says that dbt has an event of its own for, by dbt's name and with its fields (dbt 1.12). The message's
 * text is tfm's; the log in dbt's form has dbt's words.
 */
export type TemplateRemark =
	/** `by`: whose template warned, a unique id or a label. */
	| { readonly name: "JinjaLogWarning"; readonly by: string }
	| {
			readonly name: "SnapshotTimestampWarning";
			readonly snapshot_time_data_type: string;
			readonly updated_at_data_type: string;
	  }
	/** A macro of the project's own answers the age of a source with a table alone, as before dbt 1.5. */
	| { readonly name: "CollectFreshnessReturnSignature" }
	| ({ readonly name: "UnpinnedRefNewVersionAvailable" } & UnpinnedRef);

/** A reference without a version to a model that has a newer one than the latest. */
export interface UnpinnedRef {
	readonly ref_node_name: string;
	readonly ref_node_package: string;
	readonly ref_node_version: string;
	readonly ref_max_version: string;
}

/** Those that `--warn-error` and `--warn-error-options` rule; the others only inform. */
export type TemplateWarning = Exclude<TemplateRemark["name"], "UnpinnedRefNewVersionAvailable">;

export const warningOf = ({ name }: TemplateRemark): TemplateWarning | null =>
	name === "UnpinnedRefNewVersionAvailable" ? null : name;
