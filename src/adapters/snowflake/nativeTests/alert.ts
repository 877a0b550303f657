import { createHash } from "node:crypto";
import type { Dialect, Session } from "../../../core/adapter.ts";
import type { NativeAlert } from "../../../core/nativeTests.ts";
import type { RelationName } from "../../../core/relation.ts";
import { cellsOf, unlessMissing } from "../catalog.ts";
import { OURS } from "./metric.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12).toUpperCase();

/**
 * The alert of a relation: it looks whether an expectation of tfm's was violated since it last looked, and runs the
 * project's statement. Its name holds a hash of its text: one that is as it should be is left alone, since an alert that
 * is made anew begins to wait anew, and would never be due where runs come more often than it looks.
 */
export async function putAlert(
	session: Session,
	alert: NativeAlert | null,
	{
		relation,
		dialect,
		domain,
	}: { readonly relation: RelationName; readonly dialect: Dialect; readonly domain: string },
): Promise<void> {
	const whole = dialect.render(relation);
	const begins = `${OURS}ALERT_${hash(whole)}_`;
	const home = [relation.database, "TFM_STATE"].map(dialect.quote).join(".");
	const shown = await unlessMissing(session.query(`show alerts in schema ${home} starts with '${begins}'`));
	const standing = (shown === null ? [] : cellsOf(shown)).map((cells) => ({
		name: String(cells.get("name")),
		works: String(cells.get("state")).toLowerCase() === "started",
	}));
	const text = alert === null ? null : textOf(alert, { whole, domain, literal: dialect.literal });
	const name = text === null ? null : `${begins}${hash(text)}`;
	for (const one of standing)
		if (one.name !== name) await session.execute(`drop alert if exists ${home}.${dialect.quote(one.name)}`);
	if (alert === null || name === null) return;
	const place = `${home}.${dialect.quote(name)}`;
	const found = standing.find((one) => one.name === name);
	if (found === undefined) await session.execute(`create alert if not exists ${place}${text}`);
	// One that is made is suspended until it is resumed.
	const works = found?.works ?? false;
	if (works === alert.suspended)
		await session.execute(`alter alert ${place} ${alert.suspended ? "suspend" : "resume"}`);
}

function textOf(
	{ warehouse, schedule, action }: NativeAlert,
	{ whole, domain, literal }: { readonly whole: string; readonly domain: string; readonly literal: Dialect["literal"] },
): string {
	return `${warehouse === null ? "" : ` warehouse = ${warehouse}`} schedule = ${literal(schedule)} comment = ${literal(`tfm: expectations of ${whole}`)}
if (exists (select 1 from table(snowflake.local.data_quality_monitoring_expectation_status(ref_entity_name => ${literal(whole)}, ref_entity_domain => '${domain}'))
where expectation_violated and startswith(expectation_name, '${OURS}')
and measurement_time between snowflake.alert.last_successful_scheduled_time() and snowflake.alert.scheduled_time()))
then ${action}`;
}
