/** A message as each service wants it. What one of them would cut off or refuse is cut here. */
import { createHmac } from "node:crypto";
import type { AlertChannel, AlertMessage, AlertSeverity } from "../core/alerts.ts";
import { cut, footer, itemDetails, itemText, SIGNS } from "./alertMessage.ts";

export interface HttpCall {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	/** Null: the answer's body is well; else what is wrong with it. Only asked of answers below 300. */
	readonly judge: (body: string) => string | null;
}

type Of<T extends AlertChannel["type"]> = Extract<AlertChannel, { type: T }>;

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
const anything = (): null => null;

/** https://api.slack.com/reference/block-kit/blocks: a header has 150 characters at most, a section 3000. */
const SLACK_HEADER = 150;
const SLACK_SECTION = 2_900;

export function slackCall(message: AlertMessage, channel: Of<"slack">): HttpCall {
	// The three characters that Slack's markup gives a meaning to.
	const plain = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
	const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text: cut(text, SLACK_SECTION) } });
	const items = message.items.map((item) => {
		const details = itemDetails(item);
		const sign = SIGNS[message.kind === "resolved" ? "info" : item.severity];
		return section(`${sign} *${plain(itemText(item))}*${details === "" ? "" : `\n${plain(details)}`}`);
	});
	const more = message.more === 0 ? [] : [section(`and ${message.more} more`)];
	const next = message.next === null ? [] : [section(`Next: fix, then \`${message.next}\``)];
	const link = message.url === null ? "" : ` · <${plain(message.url)}|run>`;
	const context = { type: "context", elements: [{ type: "mrkdwn", text: `${plain(footer(message))}${link}` }] };
	const header = { type: "header", text: { type: "plain_text", text: cut(message.title, SLACK_HEADER) } };
	return {
		url: channel.url,
		headers: JSON_TYPE,
		body: JSON.stringify({ text: plain(message.title), blocks: [header, ...items, ...more, ...next, context] }),
		judge: (body) => (body.trim() === "ok" ? null : `it answered ${shown(body)}, not "ok"`),
	};
}

/** An Adaptive Card in the envelope that the Workflows app of Teams takes; 28 KB at most. */
export function teamsCall(message: AlertMessage, channel: Of<"teams">): HttpCall {
	const text = (words: string, more: object = {}) => ({
		type: "TextBlock",
		text: teamsText(words),
		wrap: true,
		...more,
	});
	const colour = { error: "Attention", warn: "Warning", info: "Good" }[message.severity];
	const items = message.items.map((item) => {
		const details = itemDetails(item);
		const sign = SIGNS[message.kind === "resolved" ? "info" : item.severity];
		return {
			type: "Container",
			separator: true,
			items: [
				text(`${sign} ${itemText(item)}`, { weight: "Bolder" }),
				...(details === "" ? [] : [text(details, { isSubtle: true, spacing: "None" })]),
			],
		};
	});
	const card = {
		$schema: "http://adaptivecards.io/schemas/adaptive-card.json",
		type: "AdaptiveCard",
		version: "1.4",
		msteams: { width: "Full" },
		body: [
			text(message.title, { size: "Large", weight: "Bolder", color: colour }),
			...items,
			...(message.more === 0 ? [] : [text(`and ${message.more} more`)]),
			...(message.next === null ? [] : [text(`Next: fix, then ${message.next}`)]),
			text(footer(message), { isSubtle: true, size: "Small" }),
		],
		...(message.url === null ? {} : { actions: [{ type: "Action.OpenUrl", title: "Open the run", url: message.url }] }),
	};
	const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card };
	// Workflows answer 202 with nothing, a connector with "1".
	return {
		url: channel.url,
		headers: JSON_TYPE,
		body: JSON.stringify({ type: "message", attachments: [attachment] }),
		judge: notAPage,
	};
}

/** Text blocks know a little Markdown; names in SQL are full of underscores. */
const teamsText = (text: string): string => text.replace(/[*_[\]`~]/g, "\\$&");

const PAGERDUTY_SUMMARY = 1_024;
const PAGERDUTY_SEVERITY: Readonly<Record<AlertSeverity, string>> = {
	error: "critical",
	warn: "warning",
	info: "info",
};

/**
 * Events v2. One incident for each project, target and route: it is opened by the first failure, told more by later
 * ones, and resolved when nothing of the route is open.
 */
export function pagerdutyCall(message: AlertMessage, channel: Of<"pagerduty">): HttpCall | null {
	const over = message.kind === "resolved" && message.open === 0;
	if (message.kind === "resolved" && !over) return null;
	const [first] = message.items;
	const dedup_key =
		message.kind === "test"
			? `tfm/test/${message.id}`
			: ["tfm", message.project, message.target, message.route].join("/");
	const payload = {
		summary: cut(first === undefined ? message.title : `${message.title}: ${itemText(first)}`, PAGERDUTY_SUMMARY),
		source: `${message.project}/${message.target}`,
		severity: PAGERDUTY_SEVERITY[message.severity],
		timestamp: message.at,
		...(first?.layer == null ? {} : { group: first.layer }),
		...(first === undefined ? {} : { component: first.label, class: first.event }),
		custom_details: {
			run_id: message.run_id,
			command: message.command,
			held: message.held,
			blocked: message.blocked,
			failures: message.items.map((item) =>
				[itemText(item), itemDetails(item)].filter((part) => part !== "").join(" | "),
			),
			more: message.more,
		},
	};
	return {
		url: channel.url,
		headers: JSON_TYPE,
		body: JSON.stringify({
			routing_key: channel.key,
			event_action: over ? "resolve" : "trigger",
			dedup_key: cut(dedup_key, 255),
			...(over ? {} : { payload, client: "tfm" }),
			...(over || message.url === null ? {} : { client_url: message.url }),
		}),
		judge: (body) => {
			const answer = parsed(body);
			return answer?.status === "success" ? null : `it answered ${shown(body)}`;
		},
	};
}

const SMS_LENGTH = 160;

/** One message to each number; news of recovery is not worth a text message. */
export function twilioCalls(message: AlertMessage, channel: Of<"twilio">): readonly HttpCall[] {
	if (message.kind === "resolved" || message.kind === "info") return [];
	const [first] = message.items;
	const text = cut(first === undefined ? message.title : `${message.title}. ${itemText(first)}`, SMS_LENGTH);
	const account = encodeURIComponent(channel.account);
	return channel.to.map((to) => ({
		url: `${channel.url}/2010-04-01/Accounts/${account}/Messages.json`,
		headers: {
			"content-type": "application/x-www-form-urlencoded",
			authorization: `Basic ${Buffer.from(`${channel.account}:${channel.token}`).toString("base64")}`,
		},
		// A character outside of GSM-7 would make it 70 characters a message.
		body: new URLSearchParams({ To: to, From: channel.from, Body: gsm(text) }).toString(),
		judge: (body) => (typeof parsed(body)?.sid === "string" ? null : `it answered ${shown(body)}`),
	}));
}

const gsm = (text: string): string => text.replaceAll("…", "_").replace(/[^\x20-\x5f\x61-\x7e\n]/g, "?");

/** `tfm.alert/1` as it is. The signature covers the time, so that an old message cannot be sent again by others. */
export function webhookCall(message: AlertMessage, channel: Of<"webhook">, now: Date): HttpCall {
	const body = JSON.stringify(message);
	const timestamp = String(Math.floor(now.getTime() / 1000));
	return {
		url: channel.url,
		headers: {
			...JSON_TYPE,
			"x-tfm-event": message.kind,
			"x-tfm-delivery": message.id,
			"x-tfm-timestamp": timestamp,
			...(channel.hmac === null ? {} : { "x-tfm-signature": signature(channel.hmac, timestamp, body) }),
		},
		body,
		judge: anything,
	};
}

export const signature = (secret: string, timestamp: string, body: string): string =>
	`v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`;

function parsed(body: string): { readonly [key: string]: unknown } | null {
	try {
		const value: unknown = JSON.parse(body);
		return typeof value === "object" && value !== null ? (value as { readonly [key: string]: unknown }) : null;
	} catch {
		return null;
	}
}

/** A sign-in page in place of an answer. */
const notAPage = (body: string): string | null =>
	/^\s*<(?:!doctype|html)/i.test(body) ? "it answered with a web page" : null;

/** The first words of an answer. */
export const shown = (body: string): string => {
	const text = body.replace(/\s+/g, " ").trim();
	return text === "" ? "nothing" : `"${cut(text, 120)}"`;
};
