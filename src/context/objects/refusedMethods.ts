/** Methods of agate's tables that are not there, with the reason. */
export const REFUSED_METHODS: ReadonlyMap<string, string> = new Map(
	[
		{ reason: "templates write no files; print_csv() and print_json() show a table", names: ["to_csv", "to_json"] },
		{ reason: "templates read no files", names: ["from_csv", "from_json", "from_fixed", "from_object"] },
		{
			reason: "tables are not drawn",
			names: ["bar_chart", "column_chart", "line_chart", "scatterplot", "print_bars", "bins"],
		},
		{ reason: "agate's aggregations and computations are not in dbt's context", names: ["aggregate", "compute"] },
	].flatMap(({ reason, names }) => names.map((name) => [name, reason] as const)),
);
