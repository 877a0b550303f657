import type { TargetConfig } from "../../core/config.ts";
import { fromPlain, PyDict } from "../../jinja/jinja.ts";

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
	for (const field of target.shown)
		if (Object.hasOwn(target.fields, field)) dict.set(field, fromPlain(target.fields[field]));
	return dict;
}
