/**
 * A model whose rows are split by rules: those that keep all of them are its rows, the others go to `<model>__rejects`
 * with the reasons. Plain SQL around the model's own query, so that `target/` shows what runs.
 */

export interface QuarantineRule {
	/** A condition; a row for which it is not true (null included) is a reject. */
	readonly expect: string;
	readonly reason: string;
}

/** The column of `<model>__rejects` with the reasons, joined by `; `. */
export const REJECT_REASON = "reject_reason";

export const rejectsName = (model: string): string => `${model}__rejects`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** `quarantine` of the config, else of its meta (which dbt passes over in silence); undefined: there is none. */
export function writtenQuarantine(config: Readonly<Record<string, unknown>>): unknown {
	const meta = isRecord(config.meta) ? config.meta.quarantine : undefined;
	return config.quarantine ?? meta ?? undefined;
}

/** The rules as written, or what is wrong with them in words. */
export function readQuarantine(written: unknown): readonly QuarantineRule[] | string {
	if (!isRecord(written)) return "it is not a mapping with `rules`";
	const unknown = Object.keys(written).find((key) => key !== "rules");
	if (unknown !== undefined) return `it has the key "${unknown}"; rules is the only one`;
	const { rules } = written;
	if (!Array.isArray(rules) || rules.length === 0) return "`rules` is not a list of rules";
	const read: QuarantineRule[] = [];
	for (const [at, rule] of (rules as readonly unknown[]).entries()) {
		if (!isRecord(rule) || typeof rule.expect !== "string" || rule.expect.trim() === "")
			return `rule ${at + 1} has no \`expect\`, a condition in SQL that a good row meets`;
		const other = Object.keys(rule).find((key) => key !== "expect" && key !== "reason");
		if (other !== undefined) return `rule ${at + 1} has the key "${other}"; expect and reason are known`;
		const { expect, reason = `not ${rule.expect.trim()}` } = rule;
		if (typeof reason !== "string") return `the reason of rule ${at + 1} is no text`;
		read.push({ expect: expect.trim(), reason });
	}
	return read;
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Null is not true: a condition that cannot be answered rejects. */
const met = ({ expect }: QuarantineRule): string => `coalesce((${expect}), false)`;

const from = (sql: string): string => `from (\n${sql.trim().replace(/;\s*$/, "")}\n) as judged`;

/** The rows that meet every rule. */
export const goodRows = (sql: string, rules: readonly QuarantineRule[]): string =>
	`select judged.*\n${from(sql)}\nwhere ${rules.map(met).join("\n  and ")}`;

/** The other rows, with every reason. */
export const rejectedRows = (sql: string, rules: readonly QuarantineRule[]): string => {
	const reasons = rules.map((rule) => `case when not ${met(rule)} then ${literal(rule.reason)} end`);
	return `select judged.*, concat_ws('; ',\n  ${reasons.join(",\n  ")}\n) as ${REJECT_REASON}\n${from(sql)}\nwhere not (${rules.map(met).join("\n  and ")})`;
};
