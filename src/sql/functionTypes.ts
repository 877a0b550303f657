/** What functions give, for the types of columns; only what is the same whatever the arguments are worth. */
import type { LineageValue } from "./lineageValue.ts";
import type { SqlDialectName } from "./sqlDialect.ts";
import { baseType, commonType, isNumber } from "./types.ts";

export const AGGREGATES: ReadonlySet<string> = new Set(
	(
		"sum avg min max count count_if countif listagg array_agg string_agg group_concat median mode stddev stddev_pop " +
		"stddev_samp variance var_pop var_samp any_value arbitrary first last bool_or bool_and boolor_agg booland_agg every " +
		"max_by min_by arg_max arg_min approx_count_distinct approx_distinct hll object_agg json_agg jsonb_agg " +
		"json_object_agg jsonb_object_agg jsonb_object_agg_unique percentile_cont percentile_disc corr covar_pop covar_samp " +
		"regr_slope regr_intercept regr_r2 regr_count bit_and bit_or bit_xor range_agg xmlagg array_union_agg " +
		"array_unique_agg approx_percentile kurtosis skew histogram list quantile_cont"
	).split(" "),
);

const FIXED: Readonly<Record<string, string>> = {
	...types("bigint", "count row_number rank dense_rank regr_count count_if"),
	...types(
		"integer",
		"length char_length character_length octet_length strpos position ascii ntile array_length cardinality",
	),
	...types(
		"integer",
		"grouping jsonb_array_length json_array_length regexp_count array_position date_part_year width_bucket",
	),
	...types("double precision", "percent_rank cume_dist random pi percentile_cont"),
	...types(
		"text",
		"lower upper initcap concat concat_ws trim btrim ltrim rtrim replace translate substr substring left right " +
			"lpad rpad repeat reverse split_part string_agg listagg md5 to_char regexp_replace regexp_substr format " +
			"quote_ident quote_literal chr encode jsonb_typeof json_typeof jsonb_extract_path_text json_extract_path_text " +
			"array_to_string pg_typeof current_database current_setting version timeofday",
	),
	...types("boolean", "bool_or bool_and every starts_with regexp_like jsonb_path_exists isfinite contains boolor_agg"),
	...types("date", "to_date make_date"),
	...types(
		"timestamp with time zone",
		"now to_timestamp clock_timestamp statement_timestamp transaction_timestamp make_timestamptz",
	),
	...types("timestamp without time zone", "make_timestamp"),
	...types("interval", "age make_interval justify_interval justify_days justify_hours"),
	...types(
		"jsonb",
		"to_jsonb jsonb_build_object jsonb_build_array jsonb_agg jsonb_object_agg jsonb_set jsonb_strip_nulls jsonb_object jsonb_extract_path",
	),
	...types("json", "to_json json_build_object json_build_array json_agg json_object_agg row_to_json"),
	...types("uuid", "gen_random_uuid uuid_generate_v4"),
	...types("text[]", "string_to_array regexp_split_to_array regexp_match"),
	...types("bytea", "sha256 sha512 decode"),
	...types("numeric", "to_number"),
};

/** Of these the type is that of what they choose from. */
const SAME_AS_ARGUMENTS = new Set(
	"coalesce nvl ifnull greatest least min max max_by min_by arg_max arg_min lag lead first_value last_value nth_value nullif any_value abs mode zeroifnull mod array_remove array_append".split(
		" ",
	),
);

function types(type: string, names: string): Record<string, string> {
	return Object.fromEntries(names.split(" ").map((name) => [name, type]));
}

export function functionType(name: string, args: readonly LineageValue[], dialect: SqlDialectName): string | undefined {
	const fixed = Object.hasOwn(FIXED, name) ? FIXED[name] : undefined;
	// Snowflake's and DuckDB's own functions of these names give other types.
	if (dialect !== "postgres" && /^(age|to_timestamp|length|now|string_to_array)$/.test(name)) return undefined;
	if (fixed !== undefined) return fixed;
	const [first] = args;
	if (name === "nullif" || /^(arg_)?(max|min)(_by)?$/.test(name) || name === "lag" || name === "lead")
		return first?.type;
	if (SAME_AS_ARGUMENTS.has(name)) return commonType(args.map((arg) => arg.type));
	const base = baseType(first?.type);
	switch (name) {
		case "sum":
			return sumType(base);
		case "avg":
			return base === "double precision" || base === "real" ? "double precision" : isNumber(base) ? "numeric" : base;
		case "round":
		case "floor":
		case "ceil":
		case "ceiling":
		case "trunc":
			return args.length > 1 ? (isNumber(base) ? "numeric" : undefined) : roundedType(base);
		case "date_trunc":
			return truncatedType(args.at(-1)?.type);
		case "date_part":
			return "double precision";
		case "array_agg":
			return base === undefined ? undefined : `${base}[]`;
		case "stddev":
		case "variance":
			return base === "double precision" || base === "real"
				? "double precision"
				: isNumber(base)
					? "numeric"
					: undefined;
		default:
			return undefined;
	}
}

function sumType(base: string | undefined): string | undefined {
	if (base === "smallint" || base === "integer") return "bigint";
	if (base === "bigint") return "numeric";
	return base;
}

const roundedType = (base: string | undefined): string | undefined =>
	base === "numeric" ? "numeric" : isNumber(base) ? "double precision" : undefined;

/** date_trunc of a date gives a timestamp with time zone (Postgres); of an interval an interval. */
function truncatedType(type: string | undefined): string | undefined {
	const base = baseType(type);
	return base === "date" ? "timestamp with time zone" : base;
}
