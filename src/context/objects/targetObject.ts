import type { TargetConfig } from "../../core/config.ts";
import { fromPlain, PyDict } from "../../jinja/jinja.ts";

/** Fields of a profile that say nothing about how to log in. Everything else of the profile stays hidden. */
const SHOWN = ["host", "port", "user", "role", "warehouse", "account", "search_path", "sslmode", "path"];

/** `target`: name, type, schema, database, threads, profile_name and the harmless connection fields, as in dbt. */
export function targetObject(target: TargetConfig, adapterType: string): PyDict {
	const dict = PyDict.from({
		profile_name: target.profileName,
		target_name: target.targetName,
		name: target.targetName,
		type: adapterType,
		threads: target.threads,
		schema: target.schema,
		database: target.database,
		// dbt-postgres's own name for the database.
		dbname: target.database,
	});
	for (const field of SHOWN) {
		if (Object.hasOwn(target.fields, field)) dict.set(field, fromPlain(target.fields[field]));
	}
	return dict;
}
