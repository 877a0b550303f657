import type { Session } from "../../core/adapter.ts";
import { createAlertRows } from "../alertRows.ts";
import { instant, type Row, type Tables, text, textOrNull } from "../tables.ts";
import { inTurn, mergeRows, NOT_ELSEWHERE, OF_TARGET } from "./tables.ts";

/** What was alerted, on Snowflake: who claims looks and writes while nobody else can, for a change there tells no keys. */
export function createAlertRowsOnSnowflake(tables: Tables): ReturnType<typeof createAlertRows> {
	const { table, raw, rowsOf } = tables;
	const shared = createAlertRows(tables);
	const KEY = ["project", "target", "route", "channel", "key"];
	return {
		ledger: (borrow, about) => {
			const { project, target } = about;
			type Place = { readonly route: string; readonly channel: string };
			const there = async (session: Session, { route, channel }: Place): Promise<ReadonlyMap<string, Row>> => {
				const rows = await rowsOf(session, table("alerts").where({ project, target, route, channel }));
				return new Map(rows.map((row) => [text(row, "key"), row]));
			};
			const save = async (session: Session, rows: readonly Row[]): Promise<void> => {
				if (rows.length === 0) return;
				const { sql, binds } = mergeRows("alerts", rows, KEY);
				await session.query(sql, binds);
			};
			/** Changes some of the rows that are there; answers those that were changed, as they were. */
			const change = (place: Place, keys: readonly string[], more: (row: Row) => Row | null): Promise<readonly Row[]> =>
				borrow((session) =>
					inTurn(session, "alerts", async () => {
						const found = await there(session, place);
						const changed = [...new Set(keys)].flatMap((key) => {
							const row = found.get(key);
							const fresh = row === undefined ? null : more(row);
							return row === undefined || fresh === null ? [] : [{ row, fresh }];
						});
						const own = { project, target, route: place.route, channel: place.channel };
						await save(
							session,
							changed.map(({ row, fresh }) => ({
								...own,
								...{ key: row.key!, item: row.item!, opened_by: row.opened_by!, opened_at: row.opened_at! },
								...{ last_run: row.last_run!, claimed_at: row.claimed_at!, resolved_at: row.resolved_at! },
								...fresh,
							})),
						);
						return changed.map(({ row }) => row);
					}),
				);
			return {
				open: shared.ledger(borrow, about).open,

				claim: ({ route, channel, runId, at, items, remindBefore }) =>
					borrow((session) =>
						inTurn(session, "alerts", async () => {
							const found = await there(session, { route, channel });
							const mine = items.filter((item) => {
								const row = found.get(item.key);
								if (row === undefined || textOrNull(row, "resolved_at") !== null) return true;
								return textOrNull(row, "claimed_at") === null || instant(row, "claimed_at") < instantOf(remindBefore);
							});
							await save(
								session,
								mine.map((item) => {
									const row = found.get(item.key);
									const open = row !== undefined && textOrNull(row, "resolved_at") === null;
									return {
										...{ project, target, route, channel, key: item.key, item: JSON.stringify(item) },
										opened_by: open ? text(row, "opened_by") : runId,
										opened_at: open ? instant(row, "opened_at") : at,
										...{ last_run: runId, claimed_at: at, resolved_at: null },
									};
								}),
							);
							return new Set(mine.map(({ key }) => key));
						}),
					),

				async resolve({ route, channel, runId, at, keys }) {
					const over = await change({ route, channel }, keys, (row) =>
						textOrNull(row, "resolved_at") === null ? { resolved_at: at, last_run: runId } : null,
					);
					return new Set(over.filter((row) => textOrNull(row, "claimed_at") !== null).map((row) => text(row, "key")));
				},

				async reopen({ route, channel, runId, items }) {
					const keys = items.map(({ key }) => key);
					await change({ route, channel }, keys, (row) => (row.last_run === runId ? { resolved_at: null } : null));
				},

				async release({ route, channel, keys }) {
					await change({ route, channel }, keys, () => ({ claimed_at: null }));
				},
			};
		},

		async layerPublishes(session, { project, target, schema, layer, since }) {
			const [row] = await rowsOf(
				session,
				raw(
					`select max(published_at) as last, min(case when published_at >= ? then published_at end) as first_since
					from tfm_state.publishes where project = ? and unit = ? and ${NOT_ELSEWHERE}`,
					[since, project, layer, project, target, schema],
				),
			);
			const at = (name: string): string | null => (row?.[name] == null ? null : instant(row, name));
			return { last: at("last"), firstSince: at("first_since") };
		},

		async runSeconds(session, { project, target, schema, args, limit }) {
			const rows = await rowsOf(
				session,
				raw(
					`select r.started_at, r.ended_at from tfm_state.runs r
					where r.project = ? and ${OF_TARGET} and r.args = ? and r.status = 'success' and r.ended_at is not null
					order by r.started_at desc limit ${Math.trunc(limit)}`,
					[project, target, schema, args],
				),
			);
			return rows.map(
				(row) => (new Date(text(row, "ended_at")).getTime() - new Date(text(row, "started_at")).getTime()) / 1000,
			);
		},
	};
}

const instantOf = (written: string): string => new Date(written).toISOString();
