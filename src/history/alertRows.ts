import type { AlertItem } from "../core/alerts.ts";
import type { AlertStore } from "../core/state.ts";
import { instant, json, NOT_ELSEWHERE, OF_TARGET, type Tables, text } from "./tables.ts";

/**
 * What was alerted. A claim is one statement: the row is written, or found to be somebody else's, in the same moment,
 * so that of two runs one sends.
 */
export function createAlertRows({ table, raw, rowsOf }: Tables): AlertStore {
	return {
		ledger: (borrow, { project, target }) => {
			const keysOf = (sql: string, binds: readonly (string | number | null)[]): Promise<ReadonlySet<string>> =>
				borrow(async (session) => {
					const rows = await rowsOf(session, raw(sql, [...binds]));
					return new Set(rows.map((row) => text(row, "key")));
				});
			return {
				open: () =>
					borrow(async (session) => {
						const open = table("alerts").where({ project, target }).whereNull("resolved_at");
						const rows = await rowsOf(session, open.orderBy(["route", "channel", "key"]));
						return rows.map((row) => ({
							route: text(row, "route"),
							channel: text(row, "channel"),
							item: json<AlertItem>(row, "item"),
						}));
					}),

				claim: ({ route, channel, runId, at, items, remindBefore }) =>
					keysOf(
						`insert into tfm_state.alerts as a
							(project, target, route, channel, key, item, opened_by, opened_at, last_run, claimed_at)
							select ?, ?, ?, ?, e->>'key', e::text, ?, ?::timestamptz, ?, ?::timestamptz from json_array_elements(?::json) e
							on conflict (project, target, route, channel, key) do update set
							item = excluded.item, last_run = excluded.last_run, claimed_at = excluded.claimed_at, resolved_at = null,
							opened_by = case when a.resolved_at is null then a.opened_by else excluded.opened_by end,
							opened_at = case when a.resolved_at is null then a.opened_at else excluded.opened_at end
							where a.resolved_at is not null or a.claimed_at is null or a.claimed_at < ?::timestamptz
							returning key`,
						[project, target, route, channel, runId, at, runId, at, JSON.stringify(items), remindBefore],
					),

				resolve: ({ route, channel, runId, at, keys }) =>
					keysOf(
						`with over as (
							update tfm_state.alerts set resolved_at = ?::timestamptz, last_run = ?
							where project = ? and target = ? and route = ? and channel = ? and resolved_at is null
							and key in (select json_array_elements_text(?::json)) returning key, claimed_at
						) select key from over where claimed_at is not null`,
						[at, runId, project, target, route, channel, JSON.stringify(keys)],
					),

				reopen: async ({ route, channel, runId, items }) => {
					await keysOf(
						`update tfm_state.alerts set resolved_at = null
							where project = ? and target = ? and route = ? and channel = ? and last_run = ?
							and key in (select json_array_elements_text(?::json)) returning key`,
						[project, target, route, channel, runId, JSON.stringify(items.map((item) => item.key))],
					);
				},

				release: async ({ route, channel, keys }) => {
					await keysOf(
						`update tfm_state.alerts set claimed_at = null
							where project = ? and target = ? and route = ? and channel = ?
							and key in (select json_array_elements_text(?::json)) returning key`,
						[project, target, route, channel, JSON.stringify(keys)],
					);
				},
			};
		},

		async layerPublishes(session, { project, target, schema, layer, since }) {
			const [row] = await rowsOf(
				session,
				raw(
					`select max(published_at) as last, min(published_at) filter (where published_at >= ?::timestamptz) as first_since
						from tfm_state.publishes where project = ? and unit = ? and ${NOT_ELSEWHERE}`,
					[since, project, layer, project, target, schema],
				),
			);
			const at = (name: string): string | null =>
				row === undefined || row[name] === null || row[name] === undefined ? null : instant(row, name);
			return { last: at("last"), firstSince: at("first_since") };
		},

		async runSeconds(session, { project, target, schema, args, limit }) {
			const rows = await rowsOf(
				session,
				raw(
					`select extract(epoch from ended_at - started_at)::float8 as seconds from tfm_state.runs r
						where project = ? and ${OF_TARGET} and args = ? and status = 'success' and ended_at is not null
						order by started_at desc limit ?`,
					[project, target, schema, args, limit],
				),
			);
			return rows.map((row) => Number(row.seconds));
		},
	};
}
