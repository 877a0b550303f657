/**
 * Functions whose answer hangs on their arguments alone, or beside them on settings that one target does not change
 * between runs (time zone, date style, language). What is not here counts as unknown: an extension's functions, those
 * of the project's owner, `age(x)`, which knows the day of today. Grammar that looks like a call (`coalesce`, `cast`)
 * is among them, and so are types with a length (`numeric(10, 2)`).
 */
const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const TEXT = words(`
	ascii btrim bit_length char_length character_length chr concat concat_ws convert convert_from convert_to decode encode
	format initcap left length lower lpad ltrim md5 normalize is_normalized octet_length overlay parse_ident position
	quote_ident quote_literal quote_nullable regexp_count regexp_instr regexp_like regexp_match regexp_matches
	regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr repeat replace reverse right rpad rtrim
	sha224 sha256 sha384 sha512 split_part starts_with string_to_array string_to_table strpos substr substring to_ascii
	to_hex translate trim unistr upper like_escape
`);

const NUMBERS = words(`
	abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh cot cotd degrees
	div exp factorial floor gcd lcm ln log log10 min_scale mod pi pow power radians round scale sign sin sind sinh sqrt
	tan tand tanh trim_scale trunc width_bucket get_bit get_byte set_bit set_byte bit_count greatest least
`);

const TIMES = words(`
	date_bin date_part date_trunc extract isfinite justify_days justify_hours justify_interval make_date make_interval
	make_time make_timestamp make_timestamptz timezone to_char to_date to_number to_timestamp overlaps
`);

const AGGREGATES = words(`
	array_agg avg bit_and bit_or bit_xor bool_and bool_or any_value corr count covar_pop covar_samp cume_dist dense_rank
	every first_value grouping lag last_value lead max min mode nth_value ntile percent_rank percentile_cont
	percentile_disc range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
	regr_sxx regr_sxy regr_syy row_number stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance
`);

const NESTED = words(`
	array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions
	array_prepend array_remove array_replace array_to_json array_to_string array_upper cardinality generate_series
	generate_subscripts isempty json_agg json_array_elements json_array_elements_text json_array_length json_build_array
	json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object json_object_agg
	json_object_keys json_populate_record json_populate_recordset json_strip_nulls json_to_record json_to_recordset
	json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
	jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert jsonb_object
	jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array
	jsonb_path_query_first jsonb_populate_record jsonb_populate_recordset jsonb_pretty jsonb_set jsonb_set_lax
	jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof lower_inc lower_inf num_nonnulls num_nulls
	range_merge row_to_json to_json to_jsonb trim_array unnest upper_inc upper_inf daterange int4range int8range numrange
	tsrange tstzrange
`);

const GRAMMAR = words(`
	all and any array as between by case cast check coalesce cross cube delete distinct else end except exists fetch
	filter first following from full group having if ilike in inner insert intersect interval into is isnull join lateral
	left like limit not notnull nullif nulls offset on only or order outer over partition preceding recursive returning
	right rollup row rows select set sets similar some then union unbounded update using values when where window with
	within ordinality materialized
`);

const TYPES = words(`
	bit bool boolean bpchar char character date dec decimal double float int integer bigint smallint numeric real text
	time timestamp timestamptz timetz varbit varchar varying nvarchar number string xml money uuid bytea
`);

export const STEADY_FUNCTIONS: ReadonlySet<string> = new Set([
	...TEXT,
	...NUMBERS,
	...TIMES,
	...AGGREGATES,
	...NESTED,
	...GRAMMAR,
	...TYPES,
]);
