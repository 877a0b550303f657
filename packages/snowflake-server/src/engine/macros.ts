/**
 * What Snowflake's functions do where DuckDB's differ or are missing, as DuckDB's macros. They ask for the type of a
 * value where the answer depends on it, as Snowflake's overloads do.
 */
export const FUNCTIONS: readonly string[] = [
	"create schema sf",
	// Snowflake prints milliseconds, and a text inside JSON without its quotes.
	`create macro sf.text(x) as case typeof(x)
		when 'JSON' then json_extract_string(try_cast(x as json), '$')
		when 'TIMESTAMP' then strftime(try_cast(x as timestamp), '%Y-%m-%d %H:%M:%S.%g')
		when 'TIMESTAMP WITH TIME ZONE' then strftime(try_cast(x as timestamptz), '%Y-%m-%d %H:%M:%S.%g') || ' Z'
		when 'DOUBLE' then replace(regexp_replace(cast(x as varchar), '\\.0$', ''), 'nan', 'NaN')
		else cast(x as varchar) end`,
	`create macro sf.print(x TIME, how) as strftime(date '1970-01-01' + x, how), (x DATE, how) as strftime(x, how),
		(x TIMESTAMP, how) as strftime(x, how), (x TIMESTAMPTZ, how) as strftime(x, how)`,
	// Numbers that are equal have one hash, whatever their type; of a document its text is hashed.
	`create macro sf.hashable(x) as case
		when typeof(x) like 'DECIMAL%' or typeof(x) like '%INT%'
			then 'N' || case when contains(cast(x as varchar), '.') then rtrim(rtrim(cast(x as varchar), '0'), '.') else cast(x as varchar) end
		when typeof(x) = 'DOUBLE'
			then coalesce('N' || cast(case when regexp_matches(cast(x as varchar), '^-?\\d+\\.0$') then try_cast(cast(x as varchar) as decimal(38, 0)) end as varchar), 'F' || cast(x as varchar))
		else typeof(x) || cast(x as varchar) end`,
	// 64 bits with a sign.
	"create macro sf.hash(xs) as cast(hash(xs) as hugeint) - 9223372036854775808",
	// A quotient of numbers is rounded to max(s, min(s + 6, 12)) digits, s being the scale of the dividend.
	`create macro sf.scale(t) as case when t like 'DECIMAL%' then cast(regexp_extract(t, ',(\\d+)', 1) as integer) else 0 end`,
	`create macro sf.quotient(a, b) as case
		when b = 0 then error('Division by zero')
		when typeof(a) in ('DOUBLE', 'FLOAT') or typeof(b) in ('DOUBLE', 'FLOAT') then a / b
		else round(a / b, greatest(sf.scale(typeof(a)), least(sf.scale(typeof(a)) + 6, 12))) end`,
	`create macro sf.div0(a, b) as case when b = 0 then 0 else sf.quotient(a, b) end`,
	`create macro sf.json(x) as case when typeof(x) = 'JSON' then try_cast(x as json) else to_json(x) end`,
	`create macro sf.capitalised(x, words) as array_to_string(list_transform(regexp_extract_all(lower(x), words),
		lambda w: upper(w[1]) || w[2:]), '')`,
	`create macro sf.typeof(x) as case json_type(x) when 'UBIGINT' then 'INTEGER' when 'BIGINT' then 'INTEGER'
		when 'DOUBLE' then 'DECIMAL' when 'NULL' then 'NULL_VALUE' else json_type(x) end`,
	`create macro sf.flatten(x, keep) as table
		select 1 as "SEQ",
			case when json_type(x) = 'OBJECT' then e.key end as "KEY",
			case when json_type(x) = 'OBJECT' then e.key else '[' || e.key || ']' end as "PATH",
			case when json_type(x) = 'ARRAY' then cast(e.key as bigint) end as "INDEX",
			cast(e.value as json) as "VALUE", cast(x as json) as "THIS"
		from (select 1) one left join json_each(x) e on true where keep or e.value is not null`,
	// The type of the date decides the type of the answer: a DATE stays one unless hours or less are added.
	...(["days", "weeks", "months", "years"] as const).map(
		(unit) => `create macro sf.add_${unit}(d DATE, n) as cast(d + to_${unit}(cast(n as integer)) as date),
			(d TIMESTAMP, n) as d + to_${unit}(cast(n as integer)),
			(d TIMESTAMPTZ, n) as d + to_${unit}(cast(n as integer)),
			(d VARCHAR, n) as cast(d as timestamp) + to_${unit}(cast(n as integer))`,
	),
	...(["hours", "minutes", "seconds", "milliseconds", "microseconds"] as const).map(
		(unit) => `create macro sf.add_${unit}(d DATE, n) as cast(d as timestamp) + to_${unit}(cast(n as bigint)),
			(d TIMESTAMP, n) as d + to_${unit}(cast(n as bigint)),
			(d TIMESTAMPTZ, n) as d + to_${unit}(cast(n as bigint)),
			(d VARCHAR, n) as cast(d as timestamp) + to_${unit}(cast(n as bigint))`,
	),
	`create macro sf.trunc(unit, d DATE) as cast(date_trunc(unit, d) as date),
		(unit, d TIMESTAMP) as date_trunc(unit, d),
		(unit, d TIMESTAMPTZ) as date_trunc(unit, d),
		(unit, d VARCHAR) as date_trunc(unit, cast(d as timestamp))`,
	`create macro sf.diff(unit, a, b) as date_diff(unit, cast(a as timestamp), cast(b as timestamp))`,
];
