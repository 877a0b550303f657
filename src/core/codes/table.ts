import { ALERT_CODES } from "./alert.ts";
import { APP_CODES } from "./app.ts";
import { CI_CODES } from "./ci.ts";
import { CLI_CODES } from "./cli.ts";
import { CONFIG_CODES } from "./config.ts";
import { DATABASE_CODES } from "./database.ts";
import { DEPRECATION_CODES } from "./deprecation.ts";
import { DEPS_CODES } from "./deps.ts";
import { DIFF_CODES } from "./diff.ts";
import { DOCS_CODES } from "./docs.ts";
import type { CodeEntry } from "./entry.ts";
import { ENVIRONMENT_CODES } from "./environment.ts";
import { EXPORT_CODES } from "./export.ts";
import { FRESHNESS_CODES } from "./freshness.ts";
import { HISTORY_CODES } from "./history.ts";
import { INCREMENTAL_CODES } from "./incremental.ts";
import { INIT_CODES } from "./init.ts";
import { JINJA_CODES } from "./jinja.ts";
import { LOAD_CODES } from "./load.ts";
import { NATIVE_CODES } from "./native.ts";
import { OBSERVABILITY_CODES } from "./observability.ts";
import { PARSE_CODES } from "./parse.ts";
import { PLAN_CODES } from "./plan.ts";
import { PUBLISH_CODES } from "./publish.ts";
import { REF_CODES } from "./ref.ts";
import { RULE_CODES } from "./rule.ts";
import { RUN_CODES } from "./run.ts";
import { SELECT_CODES } from "./select.ts";
import { SNAPSHOT_CODES } from "./snapshot.ts";
import { SQL_CODES } from "./sql.ts";
import { STATE_CODES } from "./state.ts";
import { UNIT_CODES } from "./unit.ts";
import { YAML_CODES } from "./yaml.ts";

/** Every error code of tfm. Stable: a code is never given another meaning; one per area file, sorted. */
export const CODES = {
	...JINJA_CODES,
	...YAML_CODES,
	...CONFIG_CODES,
	...DEPRECATION_CODES,
	...DEPS_CODES,
	...PARSE_CODES,
	...PLAN_CODES,
	...REF_CODES,
	...SELECT_CODES,
	...STATE_CODES,
	...RUN_CODES,
	...DATABASE_CODES,
	...PUBLISH_CODES,
	...FRESHNESS_CODES,
	...HISTORY_CODES,
	...INCREMENTAL_CODES,
	...SNAPSHOT_CODES,
	...UNIT_CODES,
	...LOAD_CODES,
	...NATIVE_CODES,
	...DIFF_CODES,
	...ENVIRONMENT_CODES,
	...EXPORT_CODES,
	...DOCS_CODES,
	...CLI_CODES,
	...INIT_CODES,
	...APP_CODES,
	...ALERT_CODES,
	...OBSERVABILITY_CODES,
	...SQL_CODES,
	...CI_CODES,
	...RULE_CODES,
} as const;

export type Code = keyof typeof CODES;
export type FactsOf<C extends Code> = (typeof CODES)[C] extends CodeEntry<infer F> ? F : never;
