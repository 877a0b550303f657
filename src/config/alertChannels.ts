import type { AlertChannel } from "../core/alerts.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import type { YamlPath } from "../yaml/readYaml.ts";
import { own, type PlainMapping, type ShapeCheck } from "../yaml/shapeCheck.ts";

type ChannelType = AlertChannel["type"];

/** Keys of each kind of channel beside `type`; those with `!` are secrets, those with `?` may be left out. */
const KEYS: Readonly<Record<ChannelType, readonly string[]>> = {
	slack: ["url!"],
	teams: ["url!"],
	pagerduty: ["key!", "url?"],
	webhook: ["url", "hmac!?"],
	twilio: ["account", "token!", "from", "to", "url?"],
	smtp: ["host", "port?", "secure?", "user?", "password!?", "from", "to"],
};
const TYPES = Object.keys(KEYS) as readonly ChannelType[];

const PAGERDUTY_EVENTS = "https://events.pagerduty.com/v2/enqueue";
const TWILIO_API = "https://api.twilio.com";
/** Mail submission; 465 is TLS from the first byte. */
const SUBMISSION_PORT = 587;
const TLS_PORT = 465;

export interface ChannelPart {
	readonly name: string;
	readonly written: PlainMapping;
	/** Renders a value of the file; mistakes in it are added to `problems`. */
	readonly render: (value: Plain, path: YamlPath, problems: Diagnostic[]) => Plain;
	readonly check: ShapeCheck;
	/** Values of secret fields are added here. */
	readonly secrets: string[];
}

/**
 * One channel. A variable that is not set makes the channel unusable here and is no mistake: a project is also worked
 * on where no alerts are sent from.
 */
export function readChannel(part: ChannelPart): AlertChannel | undefined {
	const { name, written, check } = part;
	const at = ["alerts", "channels", name];
	const where = `alerts.channels.${name}`;
	check.required(written, at, { key: "type", where });
	const type = check.choice(own(written, "type"), [...at, "type"], TYPES);
	if (type === undefined) return undefined;
	const keys = KEYS[type].map((key) => ({
		key: key.replace(/[!?]/g, ""),
		secret: key.includes("!"),
		optional: key.includes("?"),
	}));
	check.knownKeys(written, at, { known: ["type", ...keys.map(({ key }) => key)], where });
	const values: Record<string, Plain> = {};
	let missing: string | null = null;
	for (const { key, secret, optional } of keys) {
		const value = own(written, key);
		if (value === undefined || value === null) {
			if (!optional) check.required(written, at, { key, where });
			continue;
		}
		if (secret && !(typeof value === "string" && /\benv_var\s*\(/.test(value))) {
			check.problems.push(diagnostic("TFM-ALERT-002", { field: `${where}.${key}` }, check.at([...at, key])));
			continue;
		}
		const problems: Diagnostic[] = [];
		const rendered = part.render(value, [...at, key], problems);
		const unset = problems.filter((problem) => problem.code === "TFM-REF-008");
		if (unset.length < problems.length) check.problems.push(...problems);
		else if (unset[0] !== undefined) missing ??= unset[0].message;
		else if (secret && String(rendered ?? "") === "") missing ??= `${key} is empty`;
		else {
			values[key] = rendered;
			if (secret) part.secrets.push(...secretsIn(String(rendered)));
		}
	}
	return Object.freeze({ name, missing, type, ...fieldsOf(type, values, { check, at }) }) as AlertChannel;
}

/** The value, and of an address of a webhook the path, which is what opens the door. */
function secretsIn(value: string): string[] {
	try {
		const { pathname, search } = new URL(value);
		return pathname.length > 1 ? [value, pathname + search, pathname] : [value];
	} catch {
		return [value];
	}
}

function fieldsOf(
	type: ChannelType,
	values: Readonly<Record<string, Plain>>,
	{ check, at }: { readonly check: ShapeCheck; readonly at: YamlPath },
): object {
	const text = (key: string): string => check.scalarText(values[key], [...at, key]) ?? "";
	const list = (key: string): readonly string[] => {
		const value = values[key];
		if (!Array.isArray(value)) return text(key) === "" ? [] : [text(key)];
		return value.flatMap((item: Plain, i) => check.scalarText(item, [...at, key, i]) ?? []);
	};
	switch (type) {
		case "slack":
		case "teams":
			return { url: text("url") };
		case "pagerduty":
			return { key: text("key"), url: text("url") || PAGERDUTY_EVENTS };
		case "webhook":
			return { url: text("url"), hmac: text("hmac") || null };
		case "twilio":
			return {
				account: text("account"),
				token: text("token"),
				from: text("from"),
				to: list("to"),
				url: (text("url") || TWILIO_API).replace(/\/+$/, ""),
			};
		case "smtp": {
			const port = check.integer(values.port ?? SUBMISSION_PORT, [...at, "port"], 1) ?? SUBMISSION_PORT;
			return {
				host: text("host"),
				port,
				secure: check.boolean(values.secure ?? port === TLS_PORT, [...at, "secure"]) ?? false,
				user: text("user") || null,
				password: text("password") || null,
				from: text("from"),
				to: list("to"),
			};
		}
	}
}
