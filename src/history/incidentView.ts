import type { Knex } from "knex";
import type { BoundStatement } from "../core/adapter.ts";
import { bound } from "./bound.ts";

/**
 * What is wrong and what was, whoever was told of it. Alerts keep who was told: a table of incidents beside them, which
 * the first version of the history had, was a second truth that nobody wrote.
 */
export function incidentView(k: Knex): readonly BoundStatement[] {
	return [
		k.raw("drop table tfm_state.incidents"),
		k.raw(`create view tfm_state.incidents as
select project, target, key as incident,
	case when bool_or(resolved_at is null) then 'open' else 'over' end as state,
	(array_agg(opened_by order by opened_at, route, channel))[1] as opened_by,
	min(opened_at) as opened_at,
	(array_agg(last_run order by coalesce(resolved_at, claimed_at, opened_at) desc, route, channel))[1] as last_run,
	max(claimed_at) as last_sent_at,
	case when bool_or(resolved_at is null) then null else max(resolved_at) end as resolved_at
from tfm_state.alerts
group by project, target, key`),
	].flatMap(bound);
}
