import type { TargetConfig } from "../../core/config.ts";
import { fromPlain, PyDict, type Value } from "../../jinja/jinja.ts";

/** What dbt-postgres puts there for fields that the profile does not name. */
const POSTGRES_DEFAULTS: readonly (readonly [string, Value])[] = [
	["connect_timeout", 10],
	["role", null],
	["search_path", null],
	["keepalives_idle", 0],
	["sslmode", null],
	["sslcert", null],
	["sslkey", null],
	["sslrootcert", null],
	["application_name", "dbt"],
	["retries", 1],
	["autocommit", false],
];

/** `target` in templates and YAML: dbt's names, and of the connection's fields only those that may be shown. */
export function targetObject(target: TargetConfig): PyDict {
	const dict = PyDict.from({
		profile_name: target.profileName,
		target_name: target.targetName,
		name: target.targetName,
		// Projects ask `target.type == 'postgres'` for the dialect, which is the embedded database's too.
		type: target.type === "pglite" ? "postgres" : target.type,
		threads: target.threads,
		schema: target.schema,
		database: target.database,
		// dbt-postgres's own name for the database.
		dbname: target.database,
	});
	if (target.type === "postgres") for (const [field, value] of POSTGRES_DEFAULTS) dict.set(field, value);
	for (const field of target.shown)
		if (Object.hasOwn(target.fields, field)) dict.set(field, fromPlain(target.fields[field]));
	return dict;
}
